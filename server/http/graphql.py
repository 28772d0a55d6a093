"""The GraphQL endpoint over HTTP: from a request to its response."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

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
from models.errors import BadUserInput
from models.tracing import start_span
from resolvers.keys.signing_keys import Signer
from resolvers.server import Server
from resolvers.subscriptions.log_reader import LogReader
from schema import Schema
from schema.execution.documents import Document, Documents
from schema.foundation.context import Context, noop
from server.http.connection import disconnect
from server.http.requests import (
    JSON,
    Operation,
    bad_request,
    choose_content_type,
    read_body,
    read_operation,
    wants_page,
    wants_stream,
)
from server.http.responses import (
    EncodedBody,
    encode,
    limit_size,
    make_body,
    make_error_response,
    make_response,
    remove_hints,
)
from server.http.sse import stream_events
from server.identity.authenticator import Authenticator, Credential
from server.observability.observer import Observer
from server.observability.records import find_organization_id, get_record

ALLOWED_TYPES = (OperationType.QUERY, OperationType.MUTATION)
SUBSCRIPTION_NEEDS_STREAM = (
    "A subscription is answered as a stream: by WebSocket, or with Accept: text/event-stream."
)
OPERATION_NAME_NEEDED = "Say in operationName which query or mutation of the document is meant."

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class GraphQLEndpoint:
    """`/graphql` as an ASGI application: operations by POST, and perhaps a page for browsers."""

    schema: Schema
    documents: Documents
    max_answer_bytes: int
    server: Server
    signer: Signer
    log: LogReader
    identity: Authenticator
    observer: Observer
    page: Callable[[], Response] | None = None
    # Whether errors suggest similar names for a misspelled one; off if the schema is hidden.
    shows_hints: bool = True
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
        record = get_record()
        record.is_operation = True
        content_type = JSON
        try:
            if request.method != "POST":
                raise bad_request(
                    405,
                    "Send the operation by POST.",
                    Allow="GET, HEAD, POST" if self.page else "POST",
                )
            accept = ",".join(request.headers.getlist("accept"))
            if wants_stream(accept):
                record.door = "sse"
                return stream_events(self.results(*await self._read_request(request)))
            content_type = choose_content_type(accept)
            operation, context = await self._read_request(request)
            document = self.read_document(operation)
            encoded = await self.run_to_completion(self._run(operation, document, context))
            return make_response(encoded, content_type)
        except ClientDisconnect:
            raise
        except Exception as error:
            return make_error_response(error, content_type)

    async def _read_request(self, request: Request) -> tuple[Operation, Context]:
        operation = read_operation(await read_body(request))
        get_record().organization_id = find_organization_id(operation.variables)
        credential = await self.identity.authenticate(request.headers.getlist("authorization"))
        context = await self.run_to_completion(
            self.make_context(credential, request.headers, partial(disconnect, request.scope))
        )
        return operation, context

    async def make_context(
        self, credential: Credential | None, headers: Headers, abandon: Callable[[], None] = noop
    ) -> Context:
        """Makes the context of an operation, for which the caller is read from the store.

        Raises InvalidCredential and Unavailable.
        """
        if credential is None:
            instance = await self.identity.load_instance()
            return Context(
                self.server, self.signer, self.log, None, instance, headers.get("origin")
            )
        actor, instance = await credential.load_caller()
        get_record().actor = actor
        return Context(
            self.server,
            self.signer,
            self.log,
            actor,
            instance,
            headers.get("origin"),
            is_credential_valid=credential.is_valid,
            disconnect=abandon,
        )

    def read_document(self, operation: Operation) -> Document:
        """Reads the document, and records which operation runs."""
        document = self.documents.read(operation.query)
        get_record().set_operation(document, operation.name, self.observer.known_operations)
        return document

    async def results(self, operation: Operation, context: Context) -> AsyncGenerator[EncodedBody]:
        """Yields the one result of a query or a mutation, or each result of a subscription."""
        document = context.document = self.read_document(operation)
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
                yield self._encode(result, executed=not document.errors, is_applied=False)

    async def run_to_completion(self, awaitable: Awaitable[T]) -> T:
        """Keeps track of the operation until it is done, even if its caller is canceled."""
        task = asyncio.ensure_future(awaitable)
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return await shield(task)

    async def _run(self, operation: Operation, document: Document, context: Context) -> EncodedBody:
        record = get_record()
        try:
            with start_span(record.kind, {"graphql.operation.name": record.operation}):
                result = await self.execute(operation, document, context)
        finally:
            await context.clear_loaders()
        record.organization_id = context.changed_organization_id or record.organization_id
        record.user_error_codes = context.user_error_codes
        return self._encode(
            result,
            executed=not isinstance(result, PreExecutionError),
            is_applied=document.is_mutation(operation.name),
        )

    def _encode(self, result: ExecutionResult, *, executed: bool, is_applied: bool) -> EncodedBody:
        body = make_body(result, executed=executed)
        get_record().add_errors(body.get("errors", ()))
        if not self.shows_hints:
            remove_hints(body)
        return limit_size(encode(body), self.max_answer_bytes, is_applied=is_applied)

    async def execute(
        self, operation: Operation, document: Document, context: Context
    ) -> ExecutionResult:
        if document.tree is None:
            return PreExecutionError(data=None, errors=[*document.errors])
        if document.is_ambiguous(operation.name):
            return _reject(OPERATION_NAME_NEEDED)
        context.document = document
        try:
            return await self.schema.execute(
                operation.query,
                variable_values=operation.variables,
                context_value=context,
                operation_name=operation.name,
                allowed_operation_types=ALLOWED_TYPES,
            )
        except CannotGetOperationTypeError:
            return _reject(OPERATION_NAME_NEEDED)
        except InvalidOperationTypeError:
            return _reject(SUBSCRIPTION_NEEDS_STREAM)


def _reject(sentence: str) -> PreExecutionError:
    error = GraphQLError(sentence, original_error=BadUserInput(sentence))
    return PreExecutionError(data=None, errors=[error])
