"""GraphQL over WebSocket, by the protocol `graphql-transport-ws`; strict about every message."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson
import structlog
from graphql import GraphQLError
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from models.errors import LimitExceeded, RequestError, Unauthenticated
from schema.foundation.errors import format_error
from server.http.connection import TRY_AGAIN_LATER, disconnect
from server.http.graphql import Body, GraphQLEndpoint
from server.http.requests import HttpError, Operation, parse_operation
from server.identity.authenticator import Credential
from server.identity.tokens import InvalidCredential

PROTOCOL = "graphql-transport-ws"
MESSAGE_BYTES = 64 * 1024
INIT_SECONDS = 5.0
OPERATIONS = 50
LEAVING_SECONDS = 5.0
ID_LENGTH = 128
# As much of a reason as a close frame carries.
REASON_BYTES = 123

log = structlog.stdlib.get_logger("tenantry.sockets")


class Closed(Exception):
    """Ends a socket, with a code of the protocol and a reason for whoever writes the client."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def _invalid(reason: str) -> Closed:
    return Closed(4400, reason)


@dataclass(frozen=True, slots=True)
class SocketEndpoint:
    """`/graphql` for sockets, as an ASGI application."""

    endpoint: GraphQLEndpoint
    # The pages that may open a socket.
    origins: frozenset[str]
    # Whether a page of the host that was called may: where nobody gets here by another name.
    trusts_host: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        if PROTOCOL not in scope["subprotocols"] or not self._is_welcome(websocket.headers):
            await websocket.close()
            return
        await websocket.accept(PROTOCOL)
        await Socket(websocket, self.endpoint).serve()

    def _is_welcome(self, headers: Headers) -> bool:
        """Browsers name the page; who is none of them has nothing to hide."""
        origin = headers.get("origin")
        own = f"http://{headers.get('host')}" if self.trusts_host else None
        return origin is None or origin in self.origins or origin == own


@dataclass(slots=True, eq=False)
class Socket:
    """One connection: first its credential, then operations side by side."""

    websocket: WebSocket
    endpoint: GraphQLEndpoint
    credential: Credential | None = None
    operations: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, asyncio.Task[None]])
    # The operations that still take room, those among them that the client wants to hear no more
    # of.
    working: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def serve(self) -> None:
        """Until the client goes, or breaks the protocol; nothing of it goes on after that."""
        try:
            await self._run_protocol()
        except Closed as closed:
            await self._close(closed.code, closed.reason)
        except WebSocketDisconnect:
            pass
        finally:
            await self._stop_operations()

    async def _run_protocol(self) -> None:
        try:
            async with asyncio.timeout(INIT_SECONDS):
                while self.credential is None:
                    await self._initialize(await self._message())
        except TimeoutError as error:
            raise Closed(4408, "Connection initialisation timeout") from error
        while True:
            await self._handle(self.credential, await self._message())

    async def _stop_operations(self) -> None:
        tasks = list(self.working)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ------------------------------------------------------------------------------------- messages

    async def _message(self) -> dict[str, Any]:
        """The next message that is not about being alive; raises Closed for what is no message."""
        while True:
            # Who writes without end must not keep everybody else waiting.
            await asyncio.sleep(0)
            received = await self.websocket.receive()
            if received["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(received.get("code", 1006))
            message = _read(received.get("text"))
            match message["type"]:
                case "ping":
                    await self._send(type="pong")
                case "pong":
                    pass
                case _:
                    return message

    async def _initialize(self, message: dict[str, Any]) -> None:
        if message["type"] != "connection_init":
            raise Closed(4401, "Unauthorized: send connection_init first")
        payload: dict[str, Any] = message.get("payload") or {}
        given = [value for key, value in payload.items() if key.lower() == "authorization"]
        if not given:
            raise Closed(
                4401, 'Unauthorized: connection_init has no payload {"authorization": "Bearer …"}'
            )
        if not all(isinstance(one, str) for one in given):
            raise Closed(4403, "Forbidden: authorization is a text")
        try:
            credential = await self.endpoint.identity.authenticate(given)
            assert credential, "there is one"
            await self.endpoint.run_to_completion(credential.caller())
        except (InvalidCredential, RequestError) as error:
            raise _to_closed(error) from error
        await self._send(type="connection_ack")
        self.credential = credential

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
                raise _invalid("There is no such type of message")

    async def _subscribe(self, credential: Credential, message: dict[str, Any]) -> None:
        id, operation = message["id"], message["payload"]
        if id in self.operations:
            raise Closed(4409, f"Subscriber for {id} already exists")
        await self._make_room()
        if len(self.working) >= OPERATIONS:
            limit = LimitExceeded(
                f"A socket runs {OPERATIONS} operations at once.", limit=OPERATIONS
            )
            await self._send(id=id, type="error", payload=[_format(limit)])
            return
        task = self.operations[id] = asyncio.create_task(self._run(id, operation, credential))
        self.working.add(task)
        task.add_done_callback(self.working.discard)

    async def _make_room(self) -> None:
        """What the client has left still works for a
        moment: it waits for that, and is not refused.
        """
        leaving = self.working - set(self.operations.values())
        if leaving and len(self.working) >= OPERATIONS:
            await asyncio.wait(
                leaving, timeout=LEAVING_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )

    # ----------------------------------------------------------------------------------- operations

    async def _run(self, id: str, operation: Operation, credential: Credential) -> None:
        """Sends what an operation results in; who may
        do nothing any more is sent away altogether.
        """
        try:
            is_over = await self._answer(id, operation, credential)
        except Closed as closed:
            await self._close(closed.code, closed.reason)
        except WebSocketDisconnect:
            return
        except Exception as error:
            self._forget(id)
            await self._send(id=id, type="error", payload=[_format(error)])
        else:
            if is_over:
                await self._close(4403, "Forbidden: the credential counts no more")

    async def _answer(self, id: str, operation: Operation, credential: Credential) -> bool:
        """Whether the caller's credential was found to count no more."""
        body, has_begun = Body(), False
        async with aclosing(self._results(operation, credential)) as results:
            async for body in results:
                if not has_begun and body.get("data") is None:
                    self._forget(id)
                    await self._send(id=id, type="error", payload=body["errors"])
                    return _is_signed_out(body)
                has_begun = True
                await self._send(id=id, type="next", payload=body)
        self._forget(id)
        await self._send(id=id, type="complete")
        return body.get("data") is None and _is_signed_out(body)

    async def _results(self, operation: Operation, credential: Credential) -> AsyncGenerator[Body]:
        """Who calls is read again for each operation: a socket may be days old."""
        try:
            headers, abandon = self.websocket.headers, partial(disconnect, self.websocket.scope)
            context = await self.endpoint.run_to_completion(
                self.endpoint.make_context(credential, headers, abandon)
            )
        except (InvalidCredential, RequestError) as error:
            raise _to_closed(error) from error
        if not context.may_continue():
            raise Closed(4403, "Forbidden: the credential has lapsed")
        async with aclosing(self.endpoint.results(operation, context)) as results:
            async for body in results:
                yield body

    def _forget(self, id: str) -> None:
        """Before the last message goes out: the client
        may use the id again as soon as it has that.
        """
        if self.operations.get(id) is asyncio.current_task():
            del self.operations[id]

    async def _send(self, **message: Any) -> None:
        if self.websocket.application_state is not WebSocketState.CONNECTED:
            raise WebSocketDisconnect(1006)
        try:
            await self.websocket.send_text(orjson.dumps(message).decode())
        except RuntimeError as error:
            # It was closed beneath Starlette: cut off, or dead to the keep-alive.
            raise WebSocketDisconnect(1006) from error

    async def _close(self, code: int, reason: str) -> None:
        if self.websocket.application_state is WebSocketState.CONNECTED:
            await self.websocket.close(code, reason.encode()[:REASON_BYTES].decode(errors="ignore"))


def _read(text: str | None) -> dict[str, Any]:
    """A message whose parts are what the protocol says
    they are; the payload of `subscribe` is an operation.
    """
    message = _object(text)
    if not isinstance(message.get("type"), str):
        raise _invalid("A message has a type")
    if not isinstance(message.get("payload"), (dict, type(None))):
        raise _invalid("A payload is an object")
    if message["type"] in {"subscribe", "complete"}:
        _check_id(message.get("id"))
    if message["type"] == "subscribe":
        message["payload"] = _operation(message.get("payload") or {}, text or "")
    return message


def _object(text: str | None) -> dict[str, Any]:
    if text is None:
        raise _invalid("A message is a text")
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _invalid("A message is JSON") from error
    if not isinstance(message, dict):
        raise _invalid("A message is an object")
    return message  # pyright: ignore[reportUnknownVariableType]


def _check_id(id: Any) -> None:
    if not isinstance(id, str) or not 0 < len(id) <= ID_LENGTH:
        raise _invalid(f"An id is a text of 1 to {ID_LENGTH} characters")


def _operation(payload: dict[str, Any], text: str) -> Operation:
    try:
        return parse_operation(payload, text.encode())
    except HttpError as refused:
        raise _invalid(str(refused)) from refused


def _to_closed(error: Exception) -> Closed:
    """A bad credential, or a database that is away."""
    if isinstance(error, InvalidCredential):
        return Closed(4403, f"Forbidden: {error}")
    return Closed(TRY_AGAIN_LATER, str(error))


def _format(error: Exception) -> Any:
    return format_error(GraphQLError(str(error), original_error=error), executed=False)


def _is_signed_out(body: Body) -> bool:
    return any(
        error["extensions"]["code"] == Unauthenticated.code for error in body.get("errors", ())
    )
