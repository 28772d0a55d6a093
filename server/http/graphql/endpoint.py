"""The GraphQL endpoint over HTTP: from a request to its response."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from graphql import GraphQLError, OperationType
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from models.database.store import shield
from models.errors.request import BadUserInput
from models.tracing import start_span
from resolvers.foundation.rate_limits import RateLimits
from resolvers.foundation.server import Server
from resolvers.keys.signing_keys import Signer
from resolvers.subscriptions.log_reader import LogReader
from schema import Schema
from schema.execution.documents import Document, Documents
from schema.foundation.context import Context
from server.http.clients import get_network
from server.http.graphql.encoding import EncodedBody, Encoder
from server.http.graphql.idempotency import run_idempotently
from server.http.graphql.responses import make_error_response, make_response
from server.http.graphql.sse import stream_events
from server.http.protocols.slow_clients import disconnect
from server.http.requests import (
    EVENT_STREAM,
    JSON,
    Operation,
    accepts_stream,
    bad_request,
    choose_content_type,
    get_values,
    read_body,
    read_operation,
    wants_page,
)
from server.identity.authenticator import Authenticator, Credential
from server.identity.tokens import InvalidCredential
from server.observability.observer import Observer
from server.observability.records import find_organization_id, get_record

SUBSCRIPTION_NEEDS_STREAM = (
    "A subscription needs a stream. Use a WebSocket, or send Accept: text/event-stream."
)
# The most operation names in an error.
MOST_NAMES = 10

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class GraphQLEndpoint:
    """`/graphql` as an ASGI application: operations by POST, and perhaps a page for browsers."""

    schema: Schema
    documents: Documents
    encoder: Encoder
    server: Server
    signer: Signer
    log: LogReader
    identity: Authenticator
    rate_limits: RateLimits
    observer: Observer
    page: Callable[[], Response] | None = None
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
                    "Operations must be sent with POST.",
                    Allow="GET, HEAD, POST" if self.page else "POST",
                )
            accept = ",".join(get_values(request, b"accept"))
            chosen = choose_content_type(accept)
            is_streamed = chosen == EVENT_STREAM
            content_type = JSON if is_streamed else chosen
            operation = read_operation(await read_body(request))
            record.organization_id = find_organization_id(operation.variables)
            answer = await self._answer(operation, request, accept, is_streamed=is_streamed)
            if isinstance(answer, EncodedBody):
                return make_response(answer, content_type)
            record.transport = "sse"
            return stream_events(answer, self.observer.metrics.event_streams)
        except ClientDisconnect:
            raise
        except Exception as error:
            return make_error_response(error, content_type)

    async def _answer(
        self, operation: Operation, request: Request, accept: str, *, is_streamed: bool
    ) -> EncodedBody | AsyncGenerator[EncodedBody]:
        """Answers the operation, or returns its results if the client gets them as a stream."""
        try:
            credential = await self.identity.authenticate(get_values(request, b"authorization"))
            document = self.read_document(operation)
            kind = document.get_kind(operation.name)
            if kind is OperationType.SUBSCRIPTION:
                is_streamed = accepts_stream(accept)
            answer = self._prepare_and_run(operation, document, credential, request, is_streamed)
            if kind is OperationType.MUTATION:
                return await self.run_to_completion(answer)
            # It changes nothing, so it can be canceled at any time.
            return await answer
        except InvalidCredential:
            await self.rate_limits.count_rejected(get_network(request))
            raise

    async def _prepare_and_run(
        self,
        operation: Operation,
        document: Document,
        credential: Credential | None,
        request: Request,
        is_streamed: bool,
    ) -> EncodedBody | AsyncGenerator[EncodedBody]:
        context = await self.prepare(operation, document, credential, request)
        if document.is_mutation(operation.name):
            context.idempotency_keys = get_values(request, b"idempotency-key")
        return (
            self.results(operation, context) if is_streamed else await self._run(operation, context)
        )

    def read_document(self, operation: Operation) -> Document:
        return self.documents.read(operation.query, operation.name, operation.variables)

    async def prepare(
        self,
        operation: Operation,
        document: Document,
        credential: Credential | None,
        connection: HTTPConnection,
    ) -> Context:
        """Makes the context of an operation with its document, and counts its root fields.

        Raises InvalidCredential, RateLimited, and Unavailable.
        """
        context = await self.make_context(credential, connection)
        context.document = document
        get_record().set_operation(document, operation.name, self.observer.known_operations)
        size = document.get_size(operation.name)
        await self.rate_limits.count_fields(
            context.actor,
            get_network(connection),
            fields=max(size.root_fields, 1) if size else 1,
        )
        return context

    async def make_context(
        self, credential: Credential | None, connection: HTTPConnection
    ) -> Context:
        """Makes the context of an operation, for which the caller is read from the store.

        Raises InvalidCredential and Unavailable.
        """
        origin = next(iter(get_values(connection, b"origin")), None)
        if credential is None:
            instance = await self.identity.load_instance()
            return Context(
                self.server, self.signer, self.log, self.rate_limits, None, instance, origin
            )
        caller = await credential.load_caller()
        get_record().actor = caller.actor
        return Context(
            self.server,
            self.signer,
            self.log,
            self.rate_limits,
            caller.actor,
            caller.instance,
            origin,
            newest_cursor=caller.newest_cursor,
            is_credential_valid=credential.is_valid,
            disconnect=partial(disconnect, connection.scope),
        )

    async def results(self, operation: Operation, context: Context) -> AsyncGenerator[EncodedBody]:
        """Yields the one result of a query or a mutation, or each result of a subscription."""
        document = context.prepared_document
        if not document.is_subscription(operation.name):
            yield await self.run_to_completion(self._run(operation, context))
            return
        stream = await self.schema.subscribe(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.name,
        )
        async with aclosing(stream):
            async for result in stream:
                answers = context.delivered.answers if context.delivered else {}
                encoded = self.encoder.encode_event(result, answers, executed=not document.errors)
                get_record().add_errors(encoded.body.get("errors", ()))
                yield encoded

    async def run_to_completion(self, awaitable: Awaitable[T]) -> T:
        """Keeps track of the operation until it is done, even if its caller is canceled."""
        task = asyncio.ensure_future(awaitable)
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return await shield(task)

    async def _run(self, operation: Operation, context: Context) -> EncodedBody:
        document, record = context.prepared_document, get_record()
        try:
            with start_span(record.kind, {"graphql.operation.name": record.operation}):
                if self._is_idempotent(operation, document, context):
                    execute = partial(self.execute, operation, context)
                    encode = partial(self._encode, operation, document)
                    answer = await run_idempotently(operation, document, context, execute, encode)
                else:
                    result = await self.execute(operation, context)
                    answer = self._encode(operation, document, result)
            record.add_errors(answer.body.get("errors", ()))
            return answer
        finally:
            await context.clear_loaders()
            record.organization_id = context.changed_organization_id or record.organization_id
            record.user_error_codes = context.user_error_codes

    def _encode(
        self, operation: Operation, document: Document, result: ExecutionResult
    ) -> EncodedBody:
        return self.encoder.encode(
            result,
            executed=not isinstance(result, PreExecutionError),
            is_applied=document.is_mutation(operation.name),
            size=document.get_size(operation.name),
        )

    def _is_idempotent(self, operation: Operation, document: Document, context: Context) -> bool:
        """Whether a signed-in caller sends a mutation that changes something with a key."""
        if not context.idempotency_keys or context.actor is None or document.errors:
            return False
        return document.is_mutation(operation.name) and any(
            self.schema.is_transaction(field)
            for field in document.find_root_keys(operation.name).values()
        )

    async def execute(self, operation: Operation, context: Context) -> ExecutionResult:
        document, name = context.prepared_document, operation.name
        if document.tree is None:
            return PreExecutionError(data=None, errors=[*document.errors])
        node = document.get_operation(name)
        if node is None:
            unknown = None if document.is_ambiguous(name) else name
            return _reject(_name_operations(document, unknown))
        if node.operation is OperationType.SUBSCRIPTION:
            return _reject(SUBSCRIPTION_NEEDS_STREAM)
        if document.errors:
            return PreExecutionError(data=None, errors=[*document.errors])
        return await self.schema.run(document, node, context, operation.variables)


def _name_operations(document: Document, unknown: str | None = None) -> str:
    """Says which operations there are, whether none or a wrong one was named."""
    if not document.names:
        return "The document has one operation without a name. Leave out operationName."
    names = ", ".join(document.names[:MOST_NAMES])
    names += ", and others" if len(document.names) > MOST_NAMES else ""
    if unknown is None:
        return f"operationName must name the operation to run. The document has: {names}."
    return f'The document has no operation named "{unknown[:100]}". It has: {names}.'


def _reject(sentence: str) -> PreExecutionError:
    error = GraphQLError(sentence, original_error=BadUserInput(sentence))
    return PreExecutionError(data=None, errors=[error])
