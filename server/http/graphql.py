"""GraphQL over HTTP: a request in, its answer and its status out."""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

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

from models.database.store import shield
from models.errors import BadUserInput, LimitExceeded, RequestError, Unauthenticated
from resolvers.keys.signing_keys import Signer
from resolvers.server import Server
from resolvers.subscriptions.log_reader import LogReader
from schema import Schema
from schema.execution.documents import Document, Documents
from schema.foundation.context import Context, noop
from schema.foundation.errors import format_error, format_errors
from server.http.connection import disconnect
from server.http.requests import (
    EVENT_STREAM,
    GRAPHQL_JSON,
    JSON,
    HttpError,
    Operation,
    bad_request,
    choose_content_type,
    read_body,
    read_operation,
    wants_page,
    wants_stream,
)
from server.http.sse import stream_events
from server.identity.authenticator import Authenticator, Credential
from server.identity.tokens import InvalidCredential

ALLOWED = (OperationType.QUERY, OperationType.MUTATION)
CHALLENGE = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
LATER = {"Retry-After": "1"}
Body = dict[str, Any]
T = TypeVar("T")
HINT = re.compile(r" Did you mean [^?]*\?")
STREAMED = (
    "A subscription is answered as a stream: by WebSocket, or with Accept: text/event-stream."
)
UNNAMED = "Say in operationName which query or mutation of the document is meant."


def _to_http_error(error: Exception) -> HttpError | None:
    """How an error that ends the whole request is answered; None for one that nobody foresaw."""
    match error:
        case HttpError():
            return error
        case InvalidCredential():
            return HttpError(
                401, Unauthenticated(f"The credential was refused: {error}."), **CHALLENGE
            )
        case RequestError():
            return HttpError(503, error, **LATER)
        case _:
            return None


def make_error_response(error: Exception, kind: str = JSON) -> Response:
    """The answer to a request that failed as a whole;
    what nobody foresaw goes to the log, under an id.
    """
    refused = _to_http_error(error)
    cause = refused.error if refused else error
    told = format_error(GraphQLError(str(cause), original_error=cause), executed=False)
    status, headers = (refused.status, refused.headers) if refused else (500, {})
    return _make_response({"errors": [told]}, status, kind, headers)


def _make_response(
    body: Body, status: int, kind: str, headers: dict[str, str] | None = None
) -> Response:
    return Response(orjson.dumps(body), status, headers, f"{kind}; charset=utf-8")


def _rejected(sentence: str) -> PreExecutionError:
    error = GraphQLError(sentence, original_error=BadUserInput(sentence))
    return PreExecutionError(data=None, errors=[error])


def _make_body(result: ExecutionResult, *, executed: bool) -> Body:
    """A request that could not be executed at all has no data, not even null."""
    if not result.errors:
        return {"data": result.data}
    errors = format_errors(result.errors, executed=executed)
    if result.data is None and not any(error.path for error in result.errors):
        return {"errors": errors}
    return {"errors": errors, "data": result.data}


def _choose_status(body: Body, kind: str) -> int:
    """With the newer type a request that could not be
    executed at all is 400; with the older one it is 200.
    """
    return 400 if "data" not in body and kind == GRAPHQL_JSON else 200


@dataclass(frozen=True, slots=True, eq=False)
class GraphQLEndpoint:
    """`/graphql`, as an ASGI application: operations by
    POST, and for who looks with a browser perhaps a page.
    """

    schema: Schema
    documents: Documents
    max_answer_bytes: int
    server: Server
    signer: Signer
    log: LogReader
    identity: Authenticator
    page: Callable[[], Response] | None = None
    # Whether a mistyped name is answered with those that come near: where the schema is no secret.
    hints: bool = True
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
                raise bad_request(
                    405,
                    "Send the operation by POST.",
                    Allow="GET, HEAD, POST" if self.page else "POST",
                )
            accept = ",".join(request.headers.getlist("accept"))
            kind = EVENT_STREAM if wants_stream(accept) else choose_content_type(accept)
            return await self._answer(request, kind)
        except ClientDisconnect:
            raise
        except Exception as error:
            return make_error_response(error, JSON if kind == EVENT_STREAM else kind)

    async def _answer(self, request: Request, kind: str) -> Response:
        operation = read_operation(await read_body(request))
        credential = await self.identity.authenticate(request.headers.getlist("authorization"))
        context = await self.run_to_completion(
            self.make_context(credential, request.headers, partial(disconnect, request.scope))
        )
        if kind == EVENT_STREAM:
            return stream_events(self.results(operation, context))
        document = self.documents.read(operation.query)
        body = await self.run_to_completion(self._run(operation, document, context))
        return _make_response(body, _choose_status(body, kind), kind)

    async def make_context(
        self, credential: Credential | None, headers: Headers, abandon: Callable[[], None] = noop
    ) -> Context:
        """The context of an operation: who calls is read from the store.

        Raises BadCredential and Unavailable.
        """
        if credential is None:
            instance = await self.identity.instance()
            return Context(
                self.server, self.signer, self.log, None, instance, headers.get("origin")
            )
        actor, instance = await credential.caller()
        return Context(
            self.server,
            self.signer,
            self.log,
            actor,
            instance,
            headers.get("origin"),
            is_credential_valid=credential.is_good,
            disconnect=abandon,
        )

    async def results(self, operation: Operation, context: Context) -> AsyncGenerator[Body]:
        """The one result of a query or a mutation; of a subscription the results as they come."""
        document = context.document = self.documents.read(operation.query)
        if not document.is_subscription(operation.name):
            yield await self.run_to_completion(self._run(operation, document, context))
            return
        stream = await self.schema.subscribe(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.name,
        )
        async with aclosing(stream):
            async for result in stream:
                body = self._format(result, executed=not document.errors)
                yield self._bounded(body, is_applied=False)

    async def run_to_completion(self, awaitable: Awaitable[T]) -> T:
        """Whoever gives up waiting still counts as one who works, until it is done."""
        task = asyncio.ensure_future(awaitable)
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return await shield(task)

    async def _run(self, operation: Operation, document: Document, context: Context) -> Body:
        try:
            result = await self.execute(operation, document, context)
        finally:
            await context.clear_loaders()
        body = self._format(result, executed=not isinstance(result, PreExecutionError))
        return self._bounded(body, is_applied=document.is_mutation(operation.name))

    def _bounded(self, body: Body, *, is_applied: bool) -> Body:
        """The answer, unless it is too large; a mutation that has been made is reported as such."""
        size = len(orjson.dumps(body))
        if size <= self.max_answer_bytes:
            return body
        sentence = f"The answer has {size} bytes, and at most {self.max_answer_bytes} are sent."
        sentence += " The changes were made. Read them" if is_applied else " Ask for less at once,"
        sentence += " with fewer fields or smaller pages."
        extensions = {"limit": "answerBytes", "allowed": self.max_answer_bytes, "asked": size}
        applied = {"applied": True} if is_applied else {}
        limit = LimitExceeded(sentence, **extensions, **applied)
        error = GraphQLError(sentence, original_error=limit)
        return {"errors": [format_error(error, executed=True)], "data": None}

    def _format(self, result: ExecutionResult, *, executed: bool) -> Body:
        body = _make_body(result, executed=executed)
        for error in body.get("errors", ()) if not self.hints else ():
            error["message"] = HINT.sub("", error["message"])
        return body

    async def execute(
        self, operation: Operation, document: Document, context: Context
    ) -> ExecutionResult:
        if document.tree is None:
            return PreExecutionError(data=None, errors=[*document.errors])
        if document.is_ambiguous(operation.name):
            return _rejected(UNNAMED)
        context.document = document
        try:
            return await self.schema.execute(
                operation.query,
                variable_values=operation.variables,
                context_value=context,
                operation_name=operation.name,
                allowed_operation_types=ALLOWED,
            )
        except CannotGetOperationTypeError:
            return _rejected(UNNAMED)
        except InvalidOperationTypeError:
            return _rejected(STREAMED)
