"""Disconnects clients that do not read."""

import asyncio
import socket
import struct

from starlette.types import Scope

# How long a client may read none of the data that is waiting for it.
STALL_SECONDS = 10.0
# How much unsent data the kernel buffers; it asks for more once half of that is sent. With its
# default of megabytes, it can take minutes until it shows that a slow client reads at all.
UNSENT_BYTES = 64 * 1024
# Closing a socket with this option drops what the kernel has not sent yet.
NO_LINGER = struct.pack("ii", 1, 0)
# The extension in the scope of a connection that disconnects it.
ABORT = "tenantry.abort"


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


def disconnect(scope: Scope) -> None:
    """Disconnects a client that does not read."""
    extension = scope.get("extensions", {}).get(ABORT)
    if extension:
        extension["abort"]()
