"""GraphQL over HTTP: strict about what comes in, for the stack beneath answers odd bodies with 500."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from models.errors import BadUserInput, Denial, Unauthenticated
from schema import Schema
from schema.context import Context, Surroundings
from schema.errors import formatted, formatted_all
from server.identity import BadCredential, Identity

BODY_BYTES = 256 * 1024
JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
JSON_TYPE = re.compile(r"application/json\s*(;\s*charset\s*=\s*\"?utf-8\"?\s*)?", re.IGNORECASE)
NUL = re.compile(rb"\\u(0000|\{0+\})")
ALLOWED = (OperationType.QUERY, OperationType.MUTATION)


class Refused(Exception):
    """A request that is answered before any GraphQL, with a status and a sentence."""

    def __init__(self, status: int, error: Denial, **headers: str) -> None:
        super().__init__(str(error))
        self.status = status
        self.error = error
        self.headers = headers


def _bad(status: int, sentence: str, **headers: str) -> Refused:
    return Refused(status, BadUserInput(sentence), **headers)


@dataclass(frozen=True, slots=True)
class Operation:
    """What the body of a request asks for."""

    query: str
    variables: dict[str, Any] | None
    name: str | None


def answer_type(accept: str | None) -> str:
    """What the client reads, by GraphQL over HTTP: the older type when it says nothing. Raises Refused."""
    wanted = (accept or "*/*").lower()
    if GRAPHQL_JSON in wanted:
        return GRAPHQL_JSON
    if any(kind in wanted for kind in (JSON, "*/*", "application/*")):
        return JSON
    raise _bad(406, f"This answers {GRAPHQL_JSON} or {JSON}.")


async def read_body(request: Request) -> bytes:
    """The body, as far as it is allowed to go; raises Refused."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise _bad(415, "A compressed body is not read here.")
    if not JSON_TYPE.fullmatch(request.headers.get("content-type", "").strip()):
        raise _bad(415, f"Send the request as {JSON}.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES:
            raise _bad(413, f"A request has {BODY_BYTES // 1024} KB at most.", Connection="close")
    return body


def read_operation(body: bytes) -> Operation:
    """The operation in a body; raises Refused for anything that is not one GraphQL request."""
    try:
        data = orjson.loads(body)
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise _bad(400, "The body is no JSON.") from error
    if not isinstance(data, dict):
        raise _bad(400, "The body is one JSON object; batches are not taken.")
    if NUL.search(body):
        raise _bad(400, "NUL characters are not taken.")
    query, variables, name = (data.get(key) for key in ("query", "variables", "operationName"))  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if not isinstance(query, str) or not query.strip():
        raise _bad(400, "The body has no query.")
    if not isinstance(variables, (dict, type(None))):
        raise _bad(400, "variables is an object.")
    if not isinstance(name, (str, type(None))):
        raise _bad(400, "operationName is a string.")
    return Operation(query, variables, name)  # pyright: ignore[reportUnknownArgumentType]


def refusal(error: Refused) -> Response:
    told = formatted(GraphQLError(str(error), original_error=error.error), executed=False)
    return Response(orjson.dumps({"errors": [told]}), error.status, error.headers, JSON)


def unauthenticated(error: BadCredential) -> Refused:
    sentence = f"The credential was refused: {error}."
    challenge = 'Bearer error="invalid_token"'
    return Refused(401, Unauthenticated(sentence), **{"WWW-Authenticate": challenge})


def _body(result: ExecutionResult | PreExecutionError) -> dict[str, Any]:
    executed = not isinstance(result, PreExecutionError)
    body: dict[str, Any] = {"data": result.data} if executed else {}
    if result.errors:
        body = {"errors": formatted_all(result.errors, executed=executed), **body}
    return body


def _status(body: dict[str, Any], kind: str) -> int:
    """With the newer type a request that could not be executed at all is 400; with the older one it is 200."""
    never_ran = "errors" in body and body.get("data") is None and not any("path" in error for error in body["errors"])
    return 400 if never_ran and kind == GRAPHQL_JSON else 200


@dataclass(frozen=True, slots=True, eq=False)
class Endpoint:
    """`POST /graphql`, as an ASGI application."""

    schema: Schema
    surroundings: Surroundings
    identity: Identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self.respond(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def respond(self, request: Request) -> Response:
        try:
            kind = answer_type(request.headers.get("accept"))
            operation = read_operation(await read_body(request))
            context = await self.context(request.headers.getlist("authorization"))
            body = await self.execute(operation, context)
        except BadCredential as error:
            return refusal(unauthenticated(error))
        except Refused as error:
            return refusal(error)
        except Denial as error:
            return refusal(Refused(503, error, **{"Retry-After": "1"}))
        return Response(orjson.dumps(body), _status(body, kind), media_type=f"{kind}; charset=utf-8")

    async def context(self, authorization: Sequence[str]) -> Context:
        actor, instance = await self.identity.caller(authorization)
        return Context(self.surroundings, actor, instance)

    async def execute(self, operation: Operation, context: Context) -> dict[str, Any]:
        try:
            result = await self.schema.execute(
                operation.query,
                variable_values=operation.variables,
                context_value=context,
                operation_name=operation.name,
                allowed_operation_types=ALLOWED,
            )
        except (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError) as error:
            raise _bad(400, "The document has no such operation: name one of those that are in it.") from error
        return _body(result)
