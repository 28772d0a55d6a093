"""Health checks: `/healthz` says that the process runs, `/readyz` that it can do its work."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from models.database.heartbeats import Heartbeat
from models.database.revision import head, load_revision
from models.database.store import Store

# How long the database may take for each of the two checks.
ANSWER_SECONDS = 4.0

UNREACHABLE = "the database can't be reached"
UNMIGRATED = "the database is not migrated"
UNWRITABLE = "the database can't be written"

T = TypeVar("T")

log = structlog.stdlib.get_logger("tenantry.server")


def routes(store: Store, heartbeats: Sequence[Heartbeat]) -> list[BaseRoute]:
    return [Route("/healthz", healthz), Route("/readyz", Readiness(store, heartbeats).readyz)]


async def healthz(request: Request) -> Response:
    return PlainTextResponse("ok\n")


@dataclass(frozen=True, slots=True, eq=False)
class Readiness:
    """Checks the database and the heartbeats of all loops that this process runs."""

    store: Store
    heartbeats: Sequence[Heartbeat]
    newest: str = field(default_factory=head)
    running: dict[Callable[..., Any], asyncio.Task[Any]] = field(
        default_factory=dict[Callable[..., Any], asyncio.Task[Any]]
    )

    async def readyz(self, request: Request) -> Response:
        late = [heartbeat.name for heartbeat in self.heartbeats if heartbeat.is_late]
        reasons = [f"{name} makes no progress" for name in late]
        if problem := await self._find_database_problem():
            reasons.insert(0, problem)
        if reasons:
            return JSONResponse({"ready": False, "reason": "; ".join(reasons)}, 503)
        return JSONResponse({"ready": True})

    async def _find_database_problem(self) -> str | None:
        reason = UNREACHABLE
        try:
            if await self._share(self._load_revision) != self.newest:
                return UNMIGRATED
            reason = UNWRITABLE
            await self._share(self.store.ensure_writable)
        except Exception as error:
            log.warning("not ready", reason=reason, error=type(error).__name__)
            return reason
        return None

    async def _load_revision(self) -> str | None:
        return await load_revision(self.store)

    async def _share(self, check: Callable[[], Awaitable[T]]) -> T:
        """Runs a check once for all requests that wait for it at the same time.

        Raises TimeoutError.
        """
        if check not in self.running:
            self.running[check] = asyncio.ensure_future(check())
            self.running[check].add_done_callback(lambda _: self.running.pop(check))
        return await asyncio.wait_for(asyncio.shield(self.running[check]), ANSWER_SECONDS)
