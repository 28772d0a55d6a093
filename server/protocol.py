"""HTTP as uvicorn speaks it, with bounds on the head of a request: how large it is, and how long it may take."""

import asyncio
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 5.0
LINGER_SECONDS = 1.0
"""How long a refused client is listened to, unheard: who is cut off while sending sees no answer."""
ABORT = "tenantry.abort"
"""The part of a connection's scope that cuts it off."""
TRY_AGAIN_LATER = 1013
REFUSAL = b"HTTP/1.1 %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Protocol(HttpToolsProtocol):
    """A client that sends nothing, sends without end or sends a letter a second holds no connection for long."""

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
        self.scope["extensions"] = {ABORT: {"abort": self.transport.abort}}
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
        """Says why only where an answer can't be taken for that of an earlier request on the same connection."""
        self._stop_waiting()
        if not self._head_bytes or (self.cycle and not self.cycle.response_complete):
            self.transport.close()
            return
        self._is_refused = True
        self.transport.write(REFUSAL % status)
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


# --------------------------------------------------------------------------------------------------------- sockets


class SocketProtocol(WebSocketsSansIOProtocol):
    """A client that reads nothing can be cut off, by us and by the keep-alive, though letters to it wait."""

    async def run_asgi(self) -> None:
        self.scope["extensions"][ABORT] = {"abort": self._abort}  # pyright: ignore[reportTypedDictNotRequiredAccess, reportGeneralTypeIssues]
        await super().run_asgi()

    def _abort(self) -> None:
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
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)


def abort(scope: Scope) -> None:
    """Cuts off the client of a connection, who does not read."""
    extension = scope.get("extensions", {}).get(ABORT)
    if extension:
        extension["abort"]()
