"""HTTP: reads requests strictly, and limits the size and the time of what is not their body."""

import asyncio
import re
from collections.abc import Iterable
from typing import Any

import httptools
from starlette.types import Scope
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from server.http.protocols.refusals import BAD_REQUEST, LINGER_SECONDS, TOO_LARGE, write_refusal
from server.http.protocols.slow_clients import ABORT, WatchedWrites
from server.http.requests import TAKE_BODY
from server.http.responses import RESPOND

HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 5.0
# What a Host header can be: a name or an address, and perhaps a port.
HOST = re.compile(rb"([\w.~%!$&'()*+,;=-]+|\[[\dA-Fa-f:.]+\])(:\d{0,5})?", re.ASCII)


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
        # The request that runs. The cycle of uvicorn is that of the newest one, which may wait.
        self._running: RequestResponseCycle | None = None
        # What has been read since a request began, its head ended or a part of its body came.
        self._pending_bytes = 0
        # Whether a head must arrive in time. The timer is needed if it isn't there at once.
        self._is_in_head = True
        self._head_timer: asyncio.TimerHandle | None = None
        self._is_rejected = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        self._extensions: dict[str, Any] = {
            ABORT: {"abort": self.give_up},
            TAKE_BODY: {"take_body": self._take_body},
            RESPOND: {"respond": self._respond},
        }
        self._limit_time()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        # They refer to this object, which only the garbage collector would free otherwise.
        self._extensions.clear()
        if self._running and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()
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
        self._limit_time()

    # ------------------------------------------------------------------------------ what is parsed

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._stop_waiting()
        self._is_in_head = True

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        self._check_head()
        if self._is_unknown_upgrade:
            return
        self.scope["extensions"] = self._extensions
        super().on_headers_complete()
        if not self.parser.should_upgrade():
            # Trailers come later, and must not pass for headers: a proxy has not checked them.
            self.headers = []

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _take_body(self) -> bytes | None:
        """Returns the body of the request that runs if all of it has arrived."""
        cycle = self._running
        if cycle is None or cycle.more_body or cycle.disconnected:
            return None
        body, cycle.body = bytes(cycle.body), bytearray()
        # As if it had been received.
        cycle.message_event.clear()
        self.flow.resume_reading()
        return body

    def _respond(
        self, scope: Scope, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes
    ) -> bool:
        """Writes a whole response to a request at once; returns whether it could.

        Uvicorn writes the head first. Each write is a packet, because data that waits is watched.
        """
        cycle = self._running
        if cycle is None or cycle.scope is not scope:
            # The request was answered before, and another one of the connection runs.
            return False
        if cycle.response_started or cycle.disconnected:
            return False
        if self.flow.write_paused or cycle.scope["method"] == "HEAD":
            return False
        lines = [b"%b: %b\r\n" % header for header in (*cycle.default_headers, *headers)]
        if not cycle.keep_alive:
            lines.append(b"connection: close\r\n")
        head = b"".join((STATUS_LINE[status], *lines))
        if not head.count(b"\r") == head.count(b"\n") == len(lines) + 1:
            # A value contains a line break. Uvicorn raises an exception for it.
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        self.transport.write(b"".join((head, b"\r\n", body)))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

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
        size = len(self.url)
        hosts: list[bytes] = []
        codings: list[bytes] = []
        for name, value in self.headers:
            size += len(name) + len(value) + 4
            if name == b"host":
                hosts.append(value.strip(b" \t"))
            elif name == b"transfer-encoding":
                codings.append(value.strip(b" \t").lower())
        if size > HEAD_BYTES:
            raise InvalidRequest(TOO_LARGE, "The request headers are too large.")
        version = self.parser.get_http_version()
        if version not in {"1.0", "1.1"}:
            raise InvalidRequest(BAD_REQUEST, "The request must be HTTP/1.1.")
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

    def _limit_time(self) -> None:
        """Waits for the rest of a head, or for the next request if what was read began none."""
        if self._is_in_head:
            if not self._head_timer:
                timeout = ("408 Request Timeout", "The request didn't arrive in time.")
                self._head_timer = self.loop.call_later(HEAD_SECONDS, self._reject, *timeout)
            return
        is_idle = self.cycle and self.cycle.response_complete
        if is_idle and not self.timeout_keep_alive_task and not self.transport.is_closing():
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _stop_waiting(self) -> None:
        """Forgets the timer and what has been counted: something has begun or ended."""
        self._pending_bytes = 0
        self._is_in_head = False
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None

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
