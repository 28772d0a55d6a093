"""A proxy to PostgreSQL that fails as networks do: silently, or at the worst moment."""

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import make_url

SOCKET = ".s.PGSQL.5432"
CHUNK = 65_536


@dataclass(eq=False)
class Connection:
    """One client's connection, forwarded to the server."""

    link: "Link"
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    is_dead: bool = False
    is_committing: bool = False

    async def forward(self) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(self.link.path)
        both = (
            self._pump(self.reader, server_writer, self._is_sent),
            self._pump(server_reader, self.writer, self._is_answered),
        )
        with suppress(ConnectionError, asyncio.CancelledError):
            await asyncio.gather(*both)
        server_writer.close()
        self.writer.close()

    async def _pump(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        passes: Callable[[bytes], bool],
    ) -> None:
        """Forwards the data that `passes` accepts.

        A dead connection stays open on both sides, as if packets were lost.
        """
        while data := await source.read(CHUNK):
            if not self.is_dead and passes(data):
                target.write(data)
                await target.drain()
        if self.is_dead:
            await asyncio.Event().wait()
        target.close()

    def _is_sent(self, data: bytes) -> bool:
        if self.link.cut_at and self.link.cut_at in data:
            self._drop()
            return False
        self.is_committing = b"COMMIT;" in data and self.link.commits_to_drop > 0
        return True

    def _is_answered(self, data: bytes) -> bool:
        if self.is_committing:
            self.link.commits_to_drop -= 1
            self.link.dropped_commits += 1
            self._drop()
            return False
        return True

    def _drop(self) -> None:
        self.writer.transport.abort()


@dataclass(eq=False)
class Link:
    """Listens on TCP, and forwards each connection to the server's socket."""

    path: str
    port: int = 0
    # How many connections are dropped between COMMIT, which the server executes, and its answer.
    commits_to_drop: int = 0
    dropped_commits: int = 0
    # A connection is dropped instead of forwarding what contains this.
    cut_at: bytes = b""
    connections: list[Connection] = field(default_factory=list[Connection])

    def die(self) -> None:
        """Makes the existing connections forward nothing from now on; new ones work."""
        for connection in self.connections:
            connection.is_dead = True

    async def serve(self, started: threading.Event, stopped: asyncio.Event) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await stopped.wait()
        server.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(self, reader, writer)
        self.connections.append(connection)
        await connection.forward()

    def url(self, database_url: str) -> str:
        """Returns the URL of the same database through this proxy."""
        url = make_url(database_url)
        through = url.set(host="127.0.0.1", port=self.port, query={})
        return through.render_as_string(hide_password=False)


@contextmanager
def a_link(database_url: str) -> Generator[Link]:
    """Runs a proxy in its own thread, so that it works while the test's event loop is busy."""
    link = Link(f"{make_url(database_url).query['host']}/{SOCKET}")
    started, stopped, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(link.serve(started, stopped))

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    try:
        yield link
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()
