"""GraphQL over HTTP: a request in, its answer and its status out."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from models.errors import BadUserInput, Denial, Unauthenticated
from schema import Schema
from schema.context import Context, Surroundings
from schema.errors import formatted, formatted_all
from server.identity import BadCredential, Identity
from server.reading import (
    GRAPHQL_JSON,
    JSON,
    Operation,
    Refused,
    answer_type,
    bad,
    is_ambiguous,
    read_body,
    read_operation,
    wants_page,
)

ALLOWED = (OperationType.QUERY, OperationType.MUTATION)
CHALLENGE = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
LATER = {"Retry-After": "1"}
HINT = re.compile(r" Did you mean [^?]*\?")
UNNAMED = "Say in operationName which query or mutation of the document is meant."


def _refused(error: Exception) -> Refused | None:
    """How an error that ends the whole request is answered; None for one that nobody foresaw."""
    match error:
        case Refused():
            return error
        case BadCredential():
            return Refused(401, Unauthenticated(f"The credential was refused: {error}."), **CHALLENGE)
        case Denial():
            return Refused(503, error, **LATER)
        case _:
            return None


def refusal(error: Exception, kind: str = JSON) -> Response:
    """The answer to a request that failed as a whole; what nobody foresaw goes to the log, under an id."""
    refused = _refused(error)
    cause = refused.error if refused else error
    told = formatted(GraphQLError(str(cause), original_error=cause), executed=False)
    status, headers = (refused.status, refused.headers) if refused else (500, {})
    return _json({"errors": [told]}, status, kind, headers)


def _json(body: dict[str, Any], status: int, kind: str, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, f"{kind}; charset=utf-8")


def _not_run(sentence: str) -> PreExecutionError:
    error = GraphQLError(sentence, original_error=BadUserInput(sentence))
    return PreExecutionError(data=None, errors=[error])


def _body(result: ExecutionResult) -> dict[str, Any]:
    """A request that could not be executed at all has no data, not even null."""
    if not result.errors:
        return {"data": result.data}
    errors = formatted_all(result.errors, executed=not isinstance(result, PreExecutionError))
    if result.data is None and not any(error.path for error in result.errors):
        return {"errors": errors}
    return {"errors": errors, "data": result.data}


def _status(body: dict[str, Any], kind: str) -> int:
    """With the newer type a request that could not be executed at all is 400; with the older one it is 200."""
    return 400 if "data" not in body and kind == GRAPHQL_JSON else 200


@dataclass(frozen=True, slots=True, eq=False)
class Endpoint:
    """`/graphql`, as an ASGI application: operations by POST, and for who looks with a browser perhaps a page."""

    schema: Schema
    surroundings: Surroundings
    identity: Identity
    page: Callable[[], Response] | None = None
    hints: bool = True
    """Whether a mistyped name is answered with those that come near: where the schema is no secret."""
    running: set[asyncio.Task[Any]] = field(default_factory=set[asyncio.Task[Any]])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self.respond(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def respond(self, request: Request) -> Response:
        if self.page and request.method in {"GET", "HEAD"} and wants_page(request):
            return self.page()
        kind = JSON
        try:
            if request.method != "POST":
                raise bad(405, "Send the operation by POST.", Allow="GET, HEAD, POST" if self.page else "POST")
            kind = answer_type(",".join(request.headers.getlist("accept")))
            return await self._answer(request, kind)
        except ClientDisconnect:
            raise
        except Exception as error:
            return refusal(error, kind)

    async def _answer(self, request: Request, kind: str) -> Response:
        operation = read_operation(await read_body(request))
        body = await self._to_its_end(operation, request.headers)
        return _json(body, _status(body, kind), kind)

    async def _to_its_end(self, operation: Operation, headers: Headers) -> dict[str, Any]:
        """What has begun is finished, whoever gives up waiting: a cancelled statement costs a database connection."""
        task = asyncio.create_task(self._run(operation, headers))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return await asyncio.shield(task)

    async def _run(self, operation: Operation, headers: Headers) -> dict[str, Any]:
        body = _body(await self.execute(operation, await self.context(headers)))
        for error in body.get("errors", ()) if not self.hints else ():
            error["message"] = HINT.sub("", error["message"])
        return body

    async def context(self, headers: Headers) -> Context:
        actor, instance = await self.identity.caller(headers.getlist("authorization"))
        return Context(self.surroundings, actor, instance, headers.get("origin"))

    async def execute(self, operation: Operation, context: Context) -> ExecutionResult:
        if is_ambiguous(operation):
            return _not_run(UNNAMED)
        try:
            return await self.schema.execute(
                operation.query,
                variable_values=operation.variables,
                context_value=context,
                operation_name=operation.name,
                allowed_operation_types=ALLOWED,
            )
        except CannotGetOperationTypeError:
            return _not_run(UNNAMED)
        except InvalidOperationTypeError:
            return _not_run("A subscription is not answered here: send a query or a mutation.")
