"""The socket that a server listens on, and uvicorn, which serves on it until a signal."""

import errno
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from schema.foundation.context import noop
from server.cli.runtime.failures import fail
from server.http.graphql.websocket import MESSAGE_BYTES
from server.http.protocols.http import HttpProtocol
from server.http.protocols.slow_clients import UNSENT_BYTES
from server.http.protocols.websocket import SocketProtocol

# How long running requests may take once the server stops.
SHUTDOWN_SECONDS = 7
# Longer than load balancers keep a connection: the side that closes first must not be the one that
# answers.
KEEP_ALIVE_SECONDS = 75


def listen(host: str, port: int) -> socket.socket:
    """Opens a socket whose early clients wait until the server is ready."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise fail(
                f"Port {port} is already in use. Stop the server that uses it, or choose another"
                " port with --port."
            ) from error
        raise fail(f"The server can't listen on {host}, port {port}: {error.strerror}.") from error
    if option := getattr(socket, "TCP_NOTSENT_LOWAT", None):
        listener.setsockopt(socket.IPPROTO_TCP, option, UNSENT_BYTES)
    return listener


class Server(uvicorn.Server):
    """Waits for running requests; `stop` ends those that would run for ever, such as streams."""

    def __init__(self, config: uvicorn.Config, stop: Callable[[], None]) -> None:
        super().__init__(config)
        self.stop = stop

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.stop()
        await super().shutdown(sockets)


async def serve_on(listener: socket.socket, app: ASGIApp, stop: Callable[[], None] = noop) -> None:
    """Serves until SIGINT or SIGTERM, and lets running requests finish.

    WebSockets are closed with 1012.
    """
    config = uvicorn.Config(
        app,
        http=HttpProtocol,
        ws=SocketProtocol,
        ws_max_size=MESSAGE_BYTES,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    with ignore_repeated_signals():
        await Server(config, stop).serve(sockets=[listener])


@contextmanager
def ignore_repeated_signals() -> Generator[None]:
    """Ignores the signal that uvicorn raises once more after it has stopped."""

    def ignore(number: int, frame: object) -> None: ...

    handlers = {number: signal.signal(number, ignore) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
