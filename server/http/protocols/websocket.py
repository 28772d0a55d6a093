"""WebSocket: limits what a client can leave unread, and how many frames a message can have."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets import http11
from websockets.frames import Frame
from websockets.http11 import Response
from websockets.server import ServerProtocol

from server.http.protocols.http import HEAD_BYTES
from server.http.protocols.inbox import Inbox
from server.http.protocols.refusals import BAD_REQUEST, LINGER_SECONDS, write_refusal
from server.http.protocols.slow_clients import ABORT, WatchedWrites, abort
from server.http.responses import SAFE_HEADERS

# The head of a handshake is limited as a whole, before it gets to websockets.
http11.MAX_LINE_LENGTH = http11.MAX_NUM_HEADERS = HEAD_BYTES
TRY_AGAIN_LATER = 1013
INVALID_DATA = 1007
MESSAGE_TOO_BIG = 1009
# How much of a header the response to an invalid handshake shows.
REASON_LENGTH = 200
# The most frames that a message can consist of.
FRAMES = 1_000


class Handshake(ServerProtocol):
    """Adds the headers of every response to those that reject a handshake, and shortens them."""

    def reject(self, status: int, text: str) -> Response:
        return super().reject(
            status, text if len(text) <= REASON_LENGTH else f"{text[:REASON_LENGTH]}…\n"
        )

    def send_response(self, response: Response) -> None:
        for name, value in SAFE_HEADERS.items():
            response.headers.setdefault(name, value)
        super().send_response(response)


class SocketProtocol(WatchedWrites, WebSocketsSansIOProtocol):
    """Disconnects a client that reads nothing, although messages are waiting for it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue = Inbox()  # pyright: ignore[reportAttributeAccessIssue]
        self.conn = Handshake(max_size=self.config.ws_max_size, logger=self.logger)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # The whole handshake is read at once, and nothing waits for more of it.
        if not self.handshake_initiated:
            self.transport.write(write_refusal(BAD_REQUEST, "The handshake is invalid."))
            self.transport.close()

    async def run_asgi(self) -> None:
        self.scope["extensions"][ABORT] = {"abort": self.give_up}  # pyright: ignore[reportTypedDictNotRequiredAccess, reportGeneralTypeIssues]
        await super().run_asgi()

    def start_keepalive(self) -> None:
        # The handshake is over. Its heads take as much memory as a tenth of an idle subscriber.
        del self.request, self.response
        super().start_keepalive()

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

    def send_receive_event_to_app(self) -> None:
        try:
            if self.curr_msg_data_type == "text":
                b"".join(self.frames).decode()
        except UnicodeDecodeError:
            # Uvicorn would log a traceback, which every client can cause as often as it likes.
            self.conn.fail(INVALID_DATA, "invalid UTF-8")
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < FRAMES:
            super().handle_cont(event)
            return
        # The limit on a message counts bytes, and frames can be empty.
        self.conn.fail(MESSAGE_TOO_BIG, "too many frames")
        self.handle_parser_exception()
