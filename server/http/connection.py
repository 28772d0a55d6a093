"""The protocols of uvicorn, with limits on what clients send and on how slowly they read."""

import asyncio
import re
import socket
import struct
from typing import Any

import httptools
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets import http11
from websockets.frames import Frame
from websockets.http11 import Response
from websockets.server import ServerProtocol

from server.http.inbox import Inbox
from server.http.middleware import SAFE_HEADERS

HEAD_BYTES = 64 * 1024
# The head of a handshake is limited as a whole, before it gets to websockets.
http11.MAX_LINE_LENGTH = http11.MAX_NUM_HEADERS = HEAD_BYTES
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
INVALID_DATA = 1007
MESSAGE_TOO_BIG = 1009
# How much of a header the response to an invalid handshake shows.
REASON_LENGTH = 200
# The most frames that a message can consist of.
FRAMES = 1_000
REFUSAL = (
    "HTTP/1.1 {status}\r\n"
    + "".join(f"{name.lower()}: {value}\r\n" for name, value in SAFE_HEADERS.items())
    + "content-type: text/plain; charset=utf-8\r\ncontent-length: {length}\r\n"
    + "connection: close\r\n\r\n{sentence}\n"
)
BAD_REQUEST = "400 Bad Request"
TOO_LARGE = "431 Request Header Fields Too Large"
# What a Host header can be: a name or an address, and perhaps a port.
HOST = re.compile(rb"([\w.~%!$&'()*+,;=-]+|\[[\dA-Fa-f:.]+\])(:\d{0,5})?", re.ASCII)


def write_refusal(status: str, sentence: str) -> bytes:
    refusal = REFUSAL.format(status=status, length=len(sentence) + 1, sentence=sentence)
    return refusal.encode()


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


class InvalidRequest(Exception):
    """A request that is rejected for its head, with a status and a sentence."""

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class HttpProtocol(WatchedWrites, HttpToolsProtocol):
    """Reads requests strictly, and limits the size and the time of what is not their body.

    No client holds a connection, and no two readers of a request can disagree about where it ends.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What has been read since a request began, its head ended or a part of its body came.
        self._pending_bytes = 0
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
        self._unset_keepalive_if_required()
        self._pending_bytes += len(data)
        try:
            self.parser.feed_data(data)
            if self._pending_bytes > HEAD_BYTES:
                raise InvalidRequest(TOO_LARGE, "The request headers are too large.")
        except httptools.HttpParserUpgrade as upgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
                return
            self._ignore_upgrade(data[upgrade.args[0] :])
        except InvalidRequest as error:
            self._reject(error.status, str(error))
        except httptools.HttpParserError as error:
            match error.__context__:
                case InvalidRequest() as cause:
                    self._reject(cause.status, str(cause))
                case _:
                    self._reject(BAD_REQUEST, "The request is not valid HTTP.")
        self._limit_idle_time()

    # ------------------------------------------------------------------------------ what is parsed

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait_for_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        # Trailers come later, and must not pass for headers: a proxy has not checked them.
        if self._head_timer:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        self._check_head()
        if not self._is_unknown_upgrade:
            self.scope["extensions"] = {ABORT: {"abort": self.give_up}}
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._pending_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._is_unknown_upgrade:
            super().on_message_complete()

    @property
    def _is_unknown_upgrade(self) -> bool:
        """Whether the parser stops after this head, for a protocol that is not WebSocket."""
        return self.parser.should_upgrade() and not self._should_upgrade()

    def _check_head(self) -> None:
        """Raises InvalidRequest for what the next reader could understand in another way."""
        size = sum(len(name) + len(value) + 4 for name, value in self.headers)
        if len(self.url) + size > HEAD_BYTES:
            raise InvalidRequest(TOO_LARGE, "The request headers are too large.")
        version = self.parser.get_http_version()
        if version not in {"1.0", "1.1"}:
            raise InvalidRequest(BAD_REQUEST, "The request must be HTTP/1.1.")
        hosts, codings = (
            [value.strip(b" \t").lower() for name, value in self.headers if name == wanted]
            for wanted in (b"host", b"transfer-encoding")
        )
        if len(hosts) > 1 or (not hosts and version == "1.1"):
            raise InvalidRequest(BAD_REQUEST, "The request must have one Host header.")
        if hosts and not HOST.fullmatch(hosts[0]):
            raise InvalidRequest(
                BAD_REQUEST, "The Host header must be a name with or without a port."
            )
        if codings and (codings != [b"chunked"] or version == "1.0"):
            raise InvalidRequest(
                BAD_REQUEST, "The Transfer-Encoding header must be chunked, and needs HTTP/1.1."
            )

    def _ignore_upgrade(self, rest: bytes) -> None:
        """Parses a request again without its Upgrade header, such as the `h2c` of Java's client."""
        head = [self.parser.get_method(), b" ", self.url, b" HTTP/1.1\r\n"]
        for name, value in self.headers:
            if name != b"upgrade":
                head += [name, b": ", value, b"\r\n"]
        self.parser = httptools.HttpRequestParser(self)
        self.data_received(b"".join([*head, b"\r\n", rest]))

    # ---------------------------------------------------------------------------------------- time

    def _wait_for_head(self) -> None:
        self._stop_waiting()
        self._head_timer = self.loop.call_later(
            HEAD_SECONDS, self._reject, "408 Request Timeout", "The request didn't arrive in time."
        )

    def _stop_waiting(self) -> None:
        """Forgets the timer and what has been counted: something has begun or ended."""
        self._pending_bytes = 0
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None

    def _limit_idle_time(self) -> None:
        """Waits for the next request again, when what was read did not begin one."""
        is_idle = self.cycle and self.cycle.response_complete and not self._head_timer
        if is_idle and not self.timeout_keep_alive_task and not self.transport.is_closing():
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _reject(self, status: str, sentence: str) -> None:
        """Closes the connection, with a response if no earlier request could get it instead."""
        self._stop_waiting()
        self._is_rejected = True
        cycle = self.cycle
        if cycle and cycle.more_body:
            # This is about its body: this is the response, whatever the application sends.
            cycle.disconnected = True
            if self.pipeline or cycle.response_started:
                self.transport.close()
                return
        elif cycle and not cycle.response_complete:
            # This is about the next request: the one that runs gets its response first.
            cycle.keep_alive = False
            return
        # A client that has sent nothing expects no response.
        if not self.scope:
            self.transport.close()
            return
        self.transport.write(write_refusal(status, sentence))
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


# ------------------------------------------------------------------------------------------ sockets


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


def disconnect(scope: Scope) -> None:
    """Disconnects a client that does not read."""
    extension = scope.get("extensions", {}).get(ABORT)
    if extension:
        extension["abort"]()
