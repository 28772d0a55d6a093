"""The protocols of uvicorn, with limits on what clients send and on how slowly they read."""

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
# How long a rejected client can keep sending, which is discarded: a client whose connection is
# closed while it sends would not see the response.
LINGER_SECONDS = 1.0
# How long a client may read none of the data that is waiting for it.
STALL_SECONDS = 10.0
# How much unsent data the kernel buffers; it asks for more once half of that is sent. With its
# default of megabytes, it can take minutes until it shows that a slow client reads at all.
UNSENT_BYTES = 64 * 1024
# Closing a socket with this option drops what the kernel has not sent yet.
NO_LINGER = struct.pack("ii", 1, 0)
# The extension in the scope of a connection that disconnects it.
ABORT = "tenantry.abort"
TRY_AGAIN_LATER = 1013
MESSAGE_TOO_BIG = 1009
# The most frames that a message can consist of.
FRAMES = 1_000
REFUSAL = b"HTTP/1.1 %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


def abort(transport: asyncio.Transport) -> None:
    """Closes a connection at once, without waiting for the client to read the rest."""
    # Once everything is written and closed, another connection may have the same file descriptor.
    if not transport.is_closing() or transport.get_write_buffer_size():
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    transport.abort()


class WatchedWrites(asyncio.Protocol):
    """Disconnects a client that does not read the data that is waiting for it."""

    transport: asyncio.Transport
    _stall_timer: asyncio.TimerHandle | None = None
    _waiting_bytes: int = 0
    _read_at: float = 0.0

    def give_up(self) -> None:
        abort(self.transport)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        # Writing pauses as soon as any data is waiting, so that every wait is watched.
        self.transport.set_write_buffer_limits(high=0)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_watching()
        self._waiting_bytes = self.transport.get_write_buffer_size()
        self._read_at = asyncio.get_running_loop().time()
        self._schedule_check()

    def resume_writing(self) -> None:
        self._stop_watching()
        super().resume_writing()

    def _schedule_check(self) -> None:
        loop = asyncio.get_running_loop()
        self._stall_timer = loop.call_later(STALL_SECONDS / 10, self._check_progress)

    def _check_progress(self) -> None:
        now = asyncio.get_running_loop().time()
        waiting_bytes = self.transport.get_write_buffer_size()
        if waiting_bytes < self._waiting_bytes:
            self._waiting_bytes = waiting_bytes
            self._read_at = now
        if now - self._read_at >= STALL_SECONDS:
            self.give_up()
        else:
            self._schedule_check()

    def _stop_watching(self) -> None:
        if self._stall_timer:
            self._stall_timer.cancel()
            self._stall_timer = None


class HttpProtocol(WatchedWrites, HttpToolsProtocol):
    """Limits the size and the time of a request's head, so that no client holds a connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._is_rejected = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_rejected:
            return
        super().data_received(data)
        if self._head_timer:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._reject(b"431 Request Header Fields Too Large")

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
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._reject, b"408 Request Timeout")

    def _stop_waiting(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None

    def _reject(self, status: bytes) -> None:
        """Closes the connection, with a response if no earlier request could get it instead."""
        self._stop_waiting()
        if not self._head_bytes or (self.cycle and not self.cycle.response_complete):
            self.transport.close()
            return
        self._is_rejected = True
        self.transport.write(REFUSAL % status)
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


# ------------------------------------------------------------------------------------------ sockets


class SocketProtocol(WatchedWrites, WebSocketsSansIOProtocol):
    """Disconnects a client that reads nothing, although messages are waiting for it."""

    async def run_asgi(self) -> None:
        self.scope["extensions"][ABORT] = {"abort": self.give_up}  # pyright: ignore[reportTypedDictNotRequiredAccess, reportGeneralTypeIssues]
        await super().run_asgi()

    def give_up(self) -> None:
        """Asks the client to try again later, if it can still receive that, and disconnects it."""
        if not self.close_sent and self.handshake_complete and not self.transport.is_closing():
            self.conn.send_close(TRY_AGAIN_LATER)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self._abort_soon()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._abort_soon()

    def _abort_soon(self) -> None:
        self.loop.call_later(LINGER_SECONDS, abort, self.transport)

    def handle_ping(self) -> None:
        """Does not queue pongs for a client that does not read them."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < FRAMES:
            super().handle_cont(event)
            return
        # The limit on a message counts bytes, and frames can be empty.
        self.conn.fail(MESSAGE_TOO_BIG, "too many frames")
        self.handle_parser_exception()


def disconnect(scope: Scope) -> None:
    """Disconnects a client that does not read."""
    extension = scope.get("extensions", {}).get(ABORT)
    if extension:
        extension["abort"]()
