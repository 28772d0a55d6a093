"""GraphQL over WebSocket, with a strict reading of the protocol `graphql-transport-ws`."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from graphql import GraphQLError
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from models.errors.request import LimitExceeded, RateLimited, RequestError, Unauthenticated
from schema.foundation.errors import format_error
from server.http.clients import Seats, get_network
from server.http.graphql.encoding import Body, EncodedBody
from server.http.graphql.endpoint import GraphQLEndpoint
from server.http.graphql.websocket_messages import (
    Closed,
    find_authorization,
    invalid_message,
    parse_message,
    to_closed,
)
from server.http.requests import Operation
from server.identity.authenticator import Credential
from server.identity.tokens import InvalidCredential
from server.observability.records import RequestRecord, find_organization_id, get_record

PROTOCOL = "graphql-transport-ws"
MESSAGE_BYTES = 64 * 1024
INIT_SECONDS = 5.0
OPERATIONS = 50
# How long a new operation waits for a canceled one to end.
LEAVING_SECONDS = 5.0
# The longest reason that a close frame carries.
REASON_BYTES = 123

RETRY_LATER = {"Retry-After": "60"}

log = structlog.stdlib.get_logger("tenantry.sockets")


@dataclass(frozen=True, slots=True)
class SocketEndpoint:
    """`/graphql` for WebSockets, as an ASGI application."""

    endpoint: GraphQLEndpoint
    # The origins whose pages can open a socket.
    origins: frozenset[str]
    # Whether the origin of the Host header can as well; safe only if that header is checked.
    trusts_host: bool
    # The open sockets of each address and of each user.
    by_address: Seats
    by_user: Seats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        if PROTOCOL not in scope["subprotocols"] or not self._is_allowed(websocket.headers):
            await websocket.close()
            return
        address = get_network(websocket)
        if not self.by_address.take(address):
            sentence = f"An address can have at most {self.by_address.maximum} open sockets.\n"
            await websocket.send_denial_response(PlainTextResponse(sentence, 429, RETRY_LATER))
            return
        try:
            await websocket.accept(PROTOCOL)
            with self.endpoint.observer.metrics.sockets.track_inprogress():
                await Socket(websocket, self.endpoint, self.by_user).serve()
        finally:
            self.by_address.give_back(address)

    def _is_allowed(self, headers: Headers) -> bool:
        """Checks the origin, which every browser sends; other clients need none."""
        origin = headers.get("origin")
        own = f"http://{headers.get('host')}" if self.trusts_host else None
        return origin is None or origin in self.origins or origin == own


@dataclass(slots=True, eq=False)
class Socket:
    """One connection: first its credential, then operations at the same time."""

    websocket: WebSocket
    endpoint: GraphQLEndpoint
    by_user: Seats
    # The user who opened it.
    owner: str | None = None
    operations: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, asyncio.Task[None]])
    # All tasks that have not ended, including those of operations that the client has canceled.
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def serve(self) -> None:
        """Serves the client until it leaves or breaks the protocol, then stops its operations."""
        try:
            credential = await self._initialize()
            while True:
                await self._handle(credential, await self._receive())
        except Closed as closed:
            await self._close(closed.code, closed.reason)
        except WebSocketDisconnect:
            pass
        finally:
            tasks = list(self.tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self.owner:
                self.by_user.give_back(self.owner)

    # ------------------------------------------------------------------------------------- messages

    async def _receive(self) -> dict[str, Any]:
        """Returns the next message that is not a ping or a pong; raises Closed if it is invalid."""
        while True:
            # A client that sends without end must not keep all others waiting.
            await asyncio.sleep(0)
            event = await self.websocket.receive()
            if event["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(event.get("code", 1006))
            message = parse_message(event.get("text"))
            match message["type"]:
                case "ping":
                    await self._send(type="pong")
                case "pong":
                    pass
                case _:
                    return message

    async def _initialize(self) -> Credential:
        """Waits for `connection_init` and checks its credential; raises Closed."""
        try:
            async with asyncio.timeout(INIT_SECONDS):
                message = await self._receive()
                if message["type"] != "connection_init":
                    raise Closed(4401, "Unauthorized: send connection_init first")
                credential = await self._authenticate(find_authorization(message))
                await self._send(type="connection_ack")
                return credential
        except TimeoutError as error:
            raise Closed(4408, "Connection initialisation timeout") from error

    async def _authenticate(self, authorization: list[str]) -> Credential:
        try:
            credential = await self.endpoint.identity.authenticate(authorization)
            assert credential, "the authorization is not empty"
            caller = await self.endpoint.run_to_completion(credential.load_caller())
        except (InvalidCredential, RequestError) as error:
            if isinstance(error, InvalidCredential):
                await self.endpoint.rate_limits.count_rejected(get_network(self.websocket))
            raise to_closed(error) from error
        holder_id = caller.actor.holder_id
        if holder_id:
            if not self.by_user.take(holder_id):
                maximum = self.by_user.maximum
                raise Closed(
                    4429, f"Too many sockets: a user or an API key can have at most {maximum}"
                )
            self.owner = holder_id
        return credential

    async def _handle(self, credential: Credential, message: dict[str, Any]) -> None:
        match message["type"]:
            case "subscribe":
                await self._subscribe(credential, message)
            case "complete":
                if task := self.operations.pop(message["id"], None):
                    task.cancel()
            case "connection_init":
                raise Closed(4429, "Too many initialisation requests")
            case _:
                raise invalid_message("The type of the message is unknown")

    async def _subscribe(self, credential: Credential, message: dict[str, Any]) -> None:
        id, operation = message["id"], message["payload"]
        if id in self.operations:
            raise Closed(4409, f"Subscriber for {id} already exists")
        await self._wait_for_canceled()
        if len(self.tasks) >= OPERATIONS:
            limit = LimitExceeded(
                f"A socket can run at most {OPERATIONS} operations at once.", limit=OPERATIONS
            )
            await self._send(id=id, type="error", payload=[_format(limit)])
            return
        task = self.operations[id] = asyncio.create_task(self._run(id, operation, credential))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _wait_for_canceled(self) -> None:
        """Waits, at the limit of operations, for one that the client has canceled to end."""
        canceled = self.tasks - set(self.operations.values())
        if canceled and len(self.tasks) >= OPERATIONS:
            await asyncio.wait(
                canceled, timeout=LEAVING_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )

    # ----------------------------------------------------------------------------------- operations

    async def _run(self, id: str, operation: Operation, credential: Credential) -> None:
        """Runs an operation, and closes the socket if its credential turns out to be invalid."""
        request_id = get_record().request_id
        record = RequestRecord(request_id, "websocket", is_operation=True, route="/graphql")
        record.organization_id = find_organization_id(operation.variables)
        with self.endpoint.observer.observe(record):
            await self._run_recorded(id, operation, credential, record)

    async def _run_recorded(
        self, id: str, operation: Operation, credential: Credential, record: RequestRecord
    ) -> None:
        try:
            is_signed_out = await self._answer(id, operation, credential)
            record.status = 200
        except Closed as closed:
            await self._close(closed.code, closed.reason)
        except WebSocketDisconnect:
            return
        except Exception as error:
            self._forget(id)
            formatted = _format(error)
            record.add_errors([formatted])
            await self._send(id=id, type="error", payload=[formatted])
        else:
            if is_signed_out:
                await self._close(4403, "Forbidden: the credential is no longer valid")

    async def _answer(self, id: str, operation: Operation, credential: Credential) -> bool:
        """Sends all results; returns whether the credential is no longer valid."""
        body, has_begun = Body(), False
        async with aclosing(self._results(operation, credential)) as results:
            async for encoded in results:
                body = encoded.body
                if not has_begun and body.get("data") is None:
                    self._forget(id)
                    await self._send(id=id, type="error", payload=body["errors"])
                    return _is_signed_out(body)
                has_begun = True
                await self._send(id=id, type="next", payload=orjson.Fragment(encoded.json))
        self._forget(id)
        await self._send(id=id, type="complete")
        return body.get("data") is None and _is_signed_out(body)

    async def _results(
        self, operation: Operation, credential: Credential
    ) -> AsyncGenerator[EncodedBody]:
        """Reads the caller again for each operation, because a socket can be days old."""
        document = self.endpoint.read_document(operation)
        try:
            context = await self.endpoint.run_to_completion(
                self.endpoint.prepare(operation, document, credential, self.websocket)
            )
        except RateLimited:
            # The operation is refused, and the socket stays open.
            raise
        except (InvalidCredential, RequestError) as error:
            raise to_closed(error) from error
        if not context.may_continue():
            raise Closed(4403, "Forbidden: the credential has expired")
        async with aclosing(self.endpoint.results(operation, context)) as results:
            async for encoded in results:
                yield encoded

    def _forget(self, id: str) -> None:
        """Frees the id before the last message is sent, after which the client can reuse it."""
        if self.operations.get(id) is asyncio.current_task():
            del self.operations[id]

    async def _send(self, **message: Any) -> None:
        if self.websocket.application_state is not WebSocketState.CONNECTED:
            raise WebSocketDisconnect(1006)
        try:
            await self.websocket.send_text(orjson.dumps(message).decode())
        except RuntimeError as error:
            # The server below Starlette has closed it: disconnected, or failed the keepalive.
            raise WebSocketDisconnect(1006) from error

    async def _close(self, code: int, reason: str) -> None:
        if self.websocket.application_state is not WebSocketState.CONNECTED:
            return
        # The client may have left meanwhile, or the server below Starlette has closed it.
        with suppress(WebSocketDisconnect, RuntimeError):
            await self.websocket.close(code, reason.encode()[:REASON_BYTES].decode(errors="ignore"))


def _format(error: Exception) -> Any:
    return format_error(GraphQLError(str(error), original_error=error), executed=False)


def _is_signed_out(body: Body) -> bool:
    return any(
        error["extensions"]["code"] == Unauthenticated.code for error in body.get("errors", ())
    )
