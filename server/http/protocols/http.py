"""HTTP: reads requests strictly, and limits the size and the time of what is not their body."""

import asyncio
import re
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.http.protocols.refusals import BAD_REQUEST, LINGER_SECONDS, TOO_LARGE, write_refusal
from server.http.protocols.slow_clients import ABORT, WatchedWrites

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
