"""The doorbell of the event log: it says that there may be something new, and nothing else (DESIGN 9)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """Somebody who waits at the bell."""

    rung: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, seconds: float) -> None:
        """Until the bell rings or the time is over; a ring since the last wait counts."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.rung.wait()
        self.rung.clear()


@dataclass(frozen=True, slots=True, eq=False)
class Bell:
    """Of one process. The log is the truth: a ring that nobody hears costs time, never an event."""

    listeners: set[Listener] = field(default_factory=set[Listener])

    def ring(self) -> None:
        for listener in self.listeners:
            listener.rung.set()

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[Listener]:
        listener = Listener()
        self.listeners.add(listener)
        try:
            yield listener
        finally:
            self.listeners.discard(listener)
