"""HTTP and WebSocket by uvicorn, with bounds on what clients send and on how slowly they read."""

import asyncio
import socket
import struct
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 5.0
# How long a refused client is listened to, unheard: who is cut off while sending sees no answer.
LINGER_SECONDS = 1.0
# How long a client to which data is waiting may take none of it.
STALL_SECONDS = 10.0
# The kernel takes no more than this ahead of what it can send, and asks for more when half of it
# is sent. With the megabytes that it would take otherwise, minutes can pass before it shows that
# a slow client reads at all.
UNSENT_BYTES = 64 * 1024
# Closing a socket with this option drops what the kernel has not sent yet.
NO_LINGER = struct.pack("ii", 1, 0)
# The part of a connection's scope that cuts it off.
ABORT = "tenantry.abort"
TRY_AGAIN_LATER = 1013
MESSAGE_TOO_BIG = 1009
# How many frames a message can be sent in.
FRAMES = 1_000
REFUSAL = b"HTTP/1.1 %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


def _cut_off(transport: asyncio.Transport) -> None:
    """Closes a connection at once; a plain close would wait for the client to read the rest."""
    # Once all is written and closed, the number of the socket may be another connection's.
    if not transport.is_closing() or transport.get_write_buffer_size():
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    transport.abort()


class WatchedWrites(asyncio.Protocol):
    """Gives up on a client that does not read what is waiting for it."""

    transport: asyncio.Transport
    _stall_timer: asyncio.TimerHandle | None = None
    _waiting: int = 0
    _taken_at: float = 0.0

    def give_up(self) -> None:
        _cut_off(self.transport)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        # Writing pauses as soon as anything is waiting, so that every wait is watched.
        self.transport.set_write_buffer_limits(high=0)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_watching()
        self._waiting = self.transport.get_write_buffer_size()
        self._taken_at = asyncio.get_running_loop().time()
        self._look_later()

    def resume_writing(self) -> None:
        self._stop_watching()
        super().resume_writing()

    def _look_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._stall_timer = loop.call_later(STALL_SECONDS / 10, self._look)

    def _look(self) -> None:
        waiting, now = self.transport.get_write_buffer_size(), asyncio.get_running_loop().time()
        if waiting < self._waiting:
            self._waiting, self._taken_at = waiting, now
        if now - self._taken_at >= STALL_SECONDS:
            self.give_up()
        else:
            self._look_later()

    def _stop_watching(self) -> None:
        if self._stall_timer:
            self._stall_timer.cancel()
            self._stall_timer = None


class HttpProtocol(WatchedWrites, HttpToolsProtocol):
    """A client that sends nothing, sends without end or
    sends a letter a second holds no connection for long.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_bytes = 0
        self._waits: asyncio.TimerHandle | None = None
        self._is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        super().data_received(data)
        if self._waits:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait_for_head()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        self.scope["extensions"] = {ABORT: {"abort": self.give_up}}
        super().on_headers_complete()

    def _wait_for_head(self) -> None:
        self._stop_waiting()
        self._head_bytes = 0
        self._waits = self.loop.call_later(HEAD_SECONDS, self._refuse, b"408 Request Timeout")

    def _stop_waiting(self) -> None:
        if self._waits:
            self._waits.cancel()
            self._waits = None

    def _refuse(self, status: bytes) -> None:
        """Says why only where an answer can't be taken for
        that of an earlier request on the same connection.
        """
        self._stop_waiting()
        if not self._head_bytes or (self.cycle and not self.cycle.response_complete):
            self.transport.close()
            return
        self._is_refused = True
        self.transport.write(REFUSAL % status)
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


# ------------------------------------------------------------------------------------------ sockets


class SocketProtocol(WatchedWrites, WebSocketsSansIOProtocol):
    """A client that reads nothing can be cut off, by us
    and by the keep-alive, though letters to it wait.
    """

    async def run_asgi(self) -> None:
        self.scope["extensions"][ABORT] = {"abort": self.give_up}  # pyright: ignore[reportTypedDictNotRequiredAccess, reportGeneralTypeIssues]
        await super().run_asgi()

    def give_up(self) -> None:
        """Says that it is to come again later, where that is still heard."""
        if not self.close_sent and self.handshake_complete and not self.transport.is_closing():
            self.conn.send_close(TRY_AGAIN_LATER)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self._cut_soon()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._cut_soon()

    def _cut_soon(self) -> None:
        self.loop.call_later(LINGER_SECONDS, _cut_off, self.transport)

    def handle_ping(self) -> None:
        """Answers are not piled up for a client that does not read them."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < FRAMES:
            super().handle_cont(event)
            return
        # The bound on a message counts bytes, and frames may be empty.
        self.conn.fail(MESSAGE_TOO_BIG, "too many frames")
        self.handle_parser_exception()


def disconnect(scope: Scope) -> None:
    """Cuts off the client of a connection, who does not read."""
    extension = scope.get("extensions", {}).get(ABORT)
    if extension:
        extension["abort"]()
