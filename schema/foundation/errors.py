"""Converts refusals and all other exceptions to what clients read, which nothing else does."""

from typing import Any

import strawberry
import structlog
from graphql import GraphQLError, GraphQLFormattedError, GraphQLSyntaxError
from ulid import ULID

from models.errors.input import InputError
from models.errors.request import RequestError
from models.validation.text import mask_keys
from schema.foundation.scalars import JSONObject

MAXIMUM_ERRORS = 20
# The longest message: errors repeat what a client wrote, which can be as long as its request.
MESSAGE_LENGTH = 1_000
INTERNAL_SENTENCE = "Internal error. Quote the ID in the extensions to the operator."

log = structlog.stdlib.get_logger("tenantry.graphql")


@strawberry.type(
    description="A validation error or a violated rule that the user can fix. If a mutation"
    " returns one, it changed nothing, with two exceptions: `SKIP_FAILED` in a bulk mutation"
    " applies the valid entries, and an attempt to verify a domain counts."
)
class UserError:
    code: str = strawberry.field(
        description="A stable code in snake case that identifies the kind of error, such as"
        " `form_identifier_exists`."
    )
    message: str = strawberry.field(description="One sentence that explains the error to the user.")
    field: list[str] | None = strawberry.field(
        description="The path of the invalid value in the arguments, such as `input` and `slug`."
        " Null if the error isn't about a single value."
    )
    meta: JSONObject | None = strawberry.field(
        description="Details for programs, such as the limit that was exceeded. Null if the error"
        " has none."
    )

    @classmethod
    def from_error(cls, refusal: InputError) -> "UserError":
        meta = JSONObject(refusal.meta) if refusal.meta else None
        message = shorten(mask_keys(refusal.message))
        return cls(code=refusal.code, message=message, field=refusal.field, meta=meta)


def shorten(message: str) -> str:
    """Leaves out the middle of a message that is too long: its ends say what is wrong."""
    if len(message) <= MESSAGE_LENGTH:
        return message
    half = MESSAGE_LENGTH // 2
    return f"{message[:half]} … {message[-half:]}"


def _log_internal(error: GraphQLError) -> dict[str, Any]:
    """Logs the error with its traceback under an ID, and returns a neutral error with that ID."""
    trouble = f"err_{str(ULID()).lower()}"
    path = ".".join(map(str, error.path or ()))
    log.error("internal error", id=trouble, path=path, exc_info=error.original_error)
    return {"message": INTERNAL_SENTENCE, "extensions": {"code": "INTERNAL", "id": trouble}}


def _request_fault(error: GraphQLError, *, executed: bool) -> dict[str, Any]:
    code = "BAD_USER_INPUT" if executed else "GRAPHQL_VALIDATION_FAILED"
    if isinstance(error, GraphQLSyntaxError):
        code = "GRAPHQL_PARSE_FAILED"
    # graphql-core calls null by its name in Python.
    message = error.message.replace("not to be None.", "not to be null.")
    return {"message": message, "extensions": {"code": code}}


def find_cause(error: GraphQLError) -> Exception | None:
    """Returns what a resolver raised; None for an error that GraphQL itself found."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _to_message_and_extensions(error: GraphQLError, *, executed: bool) -> dict[str, Any]:
    cause = find_cause(error)
    if cause is None:
        return _request_fault(error, executed=executed)
    if isinstance(cause, RequestError):
        # Nobody reads the tracebacks of refusals. Their frames refer to the operation, which has a
        # list of its errors: only the garbage collector would free all that it has read.
        cause.__traceback__ = error.__traceback__ = None
        return {"message": str(cause), "extensions": {"code": cause.code, **cause.extensions}}
    return _log_internal(error)


def format_error(error: GraphQLError, *, executed: bool) -> GraphQLFormattedError:
    """Formats an error for the client; `executed` if the document itself was valid."""
    formatted = _to_message_and_extensions(error, executed=executed)
    formatted["message"] = shorten(mask_keys(formatted["message"]))
    if error.locations:
        formatted["locations"] = [location.formatted for location in error.locations]
    if error.path:
        formatted["path"] = error.path
    return formatted  # pyright: ignore[reportReturnType]


def format_errors(errors: list[GraphQLError], *, executed: bool) -> list[GraphQLFormattedError]:
    """Formats at most twenty errors, because more would not help the client."""
    return [format_error(error, executed=executed) for error in errors[:MAXIMUM_ERRORS]]
