"""`/readyz`: whether this process can answer requests and does the work that it's there for."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from models.database.heartbeats import Heartbeat
from models.database.revision import head, load_revision
from models.database.store import Store

# How long the database may take for each of two answers.
ANSWER_SECONDS = 4.0

UNREACHABLE = "the database can't be reached"
UNMIGRATED = "the database is not migrated"
UNWRITABLE = "the database can't be written"

T = TypeVar("T")

log = structlog.stdlib.get_logger("tenantry.server")


@dataclass(frozen=True, slots=True, eq=False)
class Readiness:
    """Asks the database, and looks at the heartbeats of all loops that this process runs."""

    store: Store
    heartbeats: Sequence[Heartbeat]
    newest: str = field(default_factory=head)
    running: dict[Callable[..., Any], asyncio.Task[Any]] = field(
        default_factory=dict[Callable[..., Any], asyncio.Task[Any]]
    )

    async def show(self, request: Request) -> Response:
        reasons = [f"{one.name} makes no progress" for one in self.heartbeats if one.is_late]
        if database := await self._database():
            reasons.insert(0, database)
        if reasons:
            return JSONResponse({"ready": False, "reason": "; ".join(reasons)}, 503)
        return JSONResponse({"ready": True})

    async def _database(self) -> str | None:
        """What is wrong with the database."""
        reason = UNREACHABLE
        try:
            if await self._answer(self._step) != self.newest:
                return UNMIGRATED
            reason = UNWRITABLE
            await self._answer(self.store.ensure_writable)
        except Exception as error:
            log.warning("not_ready", reason=reason, error=type(error).__name__)
            return reason
        return None

    async def _step(self) -> str | None:
        return await load_revision(self.store)

    async def _answer(self, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to a question that everybody shares who asks it meanwhile.

        Raises TimeoutError.
        """
        if ask not in self.running:
            self.running[ask] = asyncio.ensure_future(ask())
            self.running[ask].add_done_callback(lambda _: self.running.pop(ask))
        return await asyncio.wait_for(asyncio.shield(self.running[ask]), ANSWER_SECONDS)
