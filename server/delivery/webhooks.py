"""The sender of webhooks: makes a delivery for each
event that an endpoint wants, and sends what is due.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from cryptography.fernet import InvalidToken, MultiFernet
from sqlalchemy import Select, bindparam, exists, func, insert, literal_column, or_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.base import new_id
from models.database.heartbeats import Heartbeat
from models.database.store import Store, shield
from models.database.wakeup import Waiter
from models.errors import Unavailable
from models.events import Event
from models.keys.encryption import decrypt
from models.webhooks import LEASE, PENDING, WebhookDelivery, WebhookEndpoint
from resolvers.pages import AnyRow
from resolvers.server import Clock
from server.delivery.clock_watch import TOLERANCE, SetBack
from server.delivery.webhook_client import Answer, WebhookClient
from server.delivery.webhook_payload import make_body, make_headers
from server.delivery.webhook_retry import decide_outcome, update_endpoint_health

POLL_SECONDS = 1.0
# How long webhooks that are on their way when the sender stops are waited for.
GRACE_SECONDS = 5.0
RETRY_SECONDS = 1.0
AT_ONCE = 64
# Slots that are left to endpoints with nothing on its way: those that hang never fill all of them.
RESERVED = 16
PER_ENDPOINT = 8
EVENTS_AT_ONCE = 500
UNREADABLE = (
    "Its secret can't be read with TENANTRY_SECRET as it is now: rotate the secret, or add the"
    " former one."
)
NOT_BUILT = "The request could not be built from the event; the server's log has the reason."

DELIVERIES: Any = WebhookDelivery.metadata.tables["webhook_delivery"]
SETTLED = update(DELIVERIES).where(
    DELIVERIES.c.id == bindparam("own_id"), DELIVERIES.c.claimed_until == bindparam("own_until")
)

log = structlog.stdlib.get_logger("tenantry.webhooks")


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this sender, and for the length of
    the lease nobody else, sends; with all that it takes.
    """

    row: AnyRow
    until: datetime

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def endpoint_id(self) -> str:
        return self.row.endpoint_id

    @property
    def attempts(self) -> int:
        """How many tries there were, with this one."""
        return self.row.attempts + 1


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of sending it."""

    claim: Claim
    answer: Answer
    started: datetime


@dataclass(frozen=True, slots=True, eq=False)
class WebhookSender:
    """Sends webhooks from the store; several may run on one store."""

    store: Store
    clock: Clock
    calls: WebhookClient
    # What the secrets of endpoints are encrypted with.
    storage: MultiFernet
    instance_id: str
    # Spreads tries: what failed together does not come back together.
    chance: Callable[[], float] = random.random
    # What is on its way, by the task that sends it.
    sending: dict[asyncio.Task[None], Claim] = field(
        default_factory=dict[asyncio.Task[None], Claim]
    )
    # What came of tries, and is not written down yet.
    tried: list[Attempt] = field(default_factory=list[Attempt])
    line: asyncio.Lock = field(default_factory=asyncio.Lock)
    set_back: SetBack = field(default_factory=SetBack)
    heartbeat: Heartbeat = field(default_factory=partial(Heartbeat, "the webhook worker"))

    async def run(self) -> None:
        """Until it is cancelled; then what is on its way gets a moment to arrive."""
        async with self.store.wakeup.listen() as listener:
            self.heartbeat.beat()
            try:
                while True:
                    await self._turn(listener)
            finally:
                self.heartbeat.rest()
                await self._let_arrive()

    async def _turn(self, listener: Waiter) -> None:
        """Sends what is due, then waits for the bell, for a free slot or for the next look."""
        is_more = False
        try:
            is_more = await shield(self._fan_out())
            for claim in await shield(self._claim()):
                self._begin(claim).add_done_callback(lambda _: listener.signaled.set())
            self.heartbeat.beat()
        except Unavailable:
            log.warning("webhook_queue_away")
        except Exception:
            log.exception("webhook_queue_failed")
        await listener.wait(0 if is_more else POLL_SECONDS)

    def _begin(self, claim: Claim) -> asyncio.Task[None]:
        task = asyncio.create_task(self._send(claim))
        self.sending[task] = claim
        task.add_done_callback(self.sending.pop)
        return task

    async def _let_arrive(self) -> None:
        if not self.sending:
            return
        _, late = await asyncio.wait([*self.sending], timeout=GRACE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def deliver(self) -> int:
        """Sends everything that is due now, and waits for it; how many tries it took."""
        tried = 0
        while await self._fan_out():
            pass
        while claims := await self._claim():
            await asyncio.gather(*map(self._begin, claims))
            tried += len(claims)
        return tried

    # -------------------------------------------------------------------------------------- fan out

    async def _fan_out(self) -> bool:
        """Makes the next deliveries of each endpoint that is
        behind the log; whether one may still be behind it.
        """
        newest = select(func.max(col(Event.cursor))).scalar_subquery()
        behind = select(WebhookEndpoint.id).where(
            col(WebhookEndpoint.enabled), col(WebhookEndpoint.cursor) < newest
        )
        async with self.store.read() as connection:
            endpoint_ids = (await connection.execute(behind)).scalars().all()
        return any([await self._catch_up(endpoint_id) for endpoint_id in endpoint_ids])

    async def _catch_up(self, endpoint_id: str) -> bool:
        """Another sender that is at this endpoint right now is
        left to it: the lock is what lets no event go twice.
        """
        async with self.store.write() as session:
            endpoint = await _locked(session, endpoint_id)
            if endpoint is None or not (rows := await _following(session, endpoint.cursor)):
                return False
            await self._tell_of_gap(session, endpoint_id, endpoint.cursor)
            if made := self._deliveries(endpoint_id, rows, endpoint.types):
                await session.execute(insert(DELIVERIES), made)
            moved = update(WebhookEndpoint).where(col(WebhookEndpoint.id) == endpoint_id)
            await session.execute(moved.values(cursor=rows[-1].cursor))
        return len(rows) == EVENTS_AT_ONCE

    def _deliveries(
        self, endpoint_id: str, rows: Sequence[AnyRow], types: list[str] | None
    ) -> list[dict[str, Any]]:
        now = self.clock()
        common = {
            "endpoint_id": endpoint_id,
            "status": PENDING,
            "attempts": 0,
            "next_attempt_at": now,
        }
        common |= {"created_at": now, "updated_at": now}
        wanted = [row.cursor for row in rows if types is None or row.type in types]
        return [
            {"id": new_id(WebhookDelivery.prefix, now), "event_cursor": one, **common}
            for one in wanted
        ]

    async def _tell_of_gap(self, session: AsyncSession, endpoint_id: str, cursor: int) -> None:
        """The endpoint goes on with the oldest event; what was
        before it is lost to it, which somebody should know.
        """
        oldest = (await session.execute(select(func.min(col(Event.cursor))))).scalar_one()
        if oldest > cursor + 1:
            log.warning(
                "webhook_events_forgotten", endpoint=endpoint_id, cursor=cursor, oldest=oldest
            )

    # ---------------------------------------------------------------------------------------- claim

    async def _claim(self) -> list[Claim]:
        """What is due and has room: no endpoint takes more
        than is left for the others (docs/rules.md, Delivery).
        """
        now, claimed = self.clock(), list[str]()
        under_way = Counter(claim.endpoint_id for claim in self.sending.values())
        if len(self.sending) >= AT_ONCE:
            return []
        if self.set_back.is_noticed(now):
            await self._stop_waiting(now)
        self.set_back.note(now)
        async with self.store.read() as connection:
            found = (await connection.execute(self._waiting(now))).all()
            for endpoint in sorted(found, key=lambda one: under_way[one.id]):
                free = AT_ONCE - len(self.sending) - len(claimed)
                limit = 1 if endpoint.failing_since else PER_ENDPOINT
                # The last slots are for who has nothing on its way yet.
                spare = free - RESERVED if under_way[endpoint.id] else free
                room = min(
                    limit - under_way[endpoint.id], max(1, (free - RESERVED) // len(found)), spare
                )
                if room > 0:
                    due = self._due(select(WebhookDelivery.id), now, endpoint.id)
                    due = due.order_by(
                        col(WebhookDelivery.next_attempt_at), col(WebhookDelivery.id)
                    ).limit(room)
                    claimed += (await connection.execute(due)).scalars().all()
        return await self._leased(claimed, now) if claimed else []

    async def _stop_waiting(self, now: datetime) -> None:
        """After the clock was set back: what would wait
        for the time that it was before is due now.
        """
        waiting = update(WebhookDelivery).where(
            col(WebhookDelivery.status) == literal_column(f"'{PENDING}'"),
            col(WebhookDelivery.next_attempt_at) > now,
            col(WebhookDelivery.updated_at) > now + TOLERANCE,
        )
        async with self.store.write() as session:
            await session.execute(waiting.values(next_attempt_at=now, updated_at=now))

    def _waiting(self, now: datetime) -> Any:
        """The endpoints that something is due for."""
        due = self._due(exists(), now, col(WebhookEndpoint.id))
        statement: Any = select(WebhookEndpoint.id, WebhookEndpoint.failing_since)
        return statement.where(col(WebhookEndpoint.enabled), due)

    def _due(self, statement: Any, now: datetime, endpoint_id: Any) -> Any:
        """What may be claimed; never what this sender
        sends itself, whatever the clock says of its lease.
        """
        if self.sending:
            own = [claim.id for claim in self.sending.values()]
            statement = statement.where(col(WebhookDelivery.id).not_in(own))
        return statement.where(
            col(WebhookDelivery.endpoint_id) == endpoint_id,
            # Written out, for SQLite takes an index of pending ones only when it can read that in
            # the statement.
            col(WebhookDelivery.status) == literal_column(f"'{PENDING}'"),
            col(WebhookDelivery.next_attempt_at) <= now,
            or_(
                col(WebhookDelivery.claimed_until).is_(None),
                col(WebhookDelivery.claimed_until) <= now,
            ),
        )

    async def _leased(self, ids: Sequence[str], now: datetime) -> list[Claim]:
        """Those that no other sender has taken meanwhile, with their events and endpoints."""
        endpoint, event = col(WebhookEndpoint.id), col(Event.cursor)
        columns: Any = (
            WebhookDelivery.id,
            WebhookDelivery.endpoint_id,
            WebhookDelivery.attempts,
            WebhookEndpoint.url,
            WebhookEndpoint.secret,
            WebhookEndpoint.previous_secret,
            WebhookEndpoint.previous_signs_until,
            col(Event.id).label("event_id"),
            Event.type,
            Event.occurred_at,
            Event.data,
            Event.private_metadata,
        )
        selected: Select[Any] = Select(*columns)
        statement: Any = selected.join(
            WebhookEndpoint, endpoint == col(WebhookDelivery.endpoint_id)
        )
        statement = statement.join(Event, event == col(WebhookDelivery.event_cursor))
        statement = self._due(statement, now, endpoint).where(col(WebhookDelivery.id).in_(ids))
        async with self.store.write() as session:
            rows = (
                await session.execute(
                    statement.with_for_update(of=WebhookDelivery, skip_locked=True)
                )
            ).all()
            taken = update(WebhookDelivery).where(
                col(WebhookDelivery.id).in_([row.id for row in rows])
            )
            await session.execute(taken.values(claimed_until=now + LEASE))
        return [Claim(row, now + LEASE) for row in rows]

    # ----------------------------------------------------------------------------------------- send

    async def _send(self, claim: Claim) -> None:
        try:
            started = self.clock()
            self.tried.append(Attempt(claim, await self._answer(claim, started), started))
            async with self.line:
                await self._settle()
        except Exception:
            log.exception("webhook_not_settled", id=claim.id)

    async def _answer(self, claim: Claim, at: datetime) -> Answer:
        """What came of the try. Nothing may raise from here on: the try would never be settled."""
        row = claim.row
        try:
            secrets = [decrypt(self.storage, one) for one in _signing(row, at)]
            body = make_body(row, self.instance_id)
            headers = make_headers(row.event_id, body, at, secrets)
        except InvalidToken:
            return Answer(error=UNREADABLE)
        except Exception:
            log.exception("webhook_not_built", id=claim.id)
            return Answer(error=NOT_BUILT)
        return await self.calls.post(row.url, headers, body)

    # --------------------------------------------------------------------------------------- settle

    async def _settle(self) -> None:
        """Writes down what came of all tries since the last
        time; a database that is away meanwhile is waited for.

        All at once, for a transaction a try would be what limits how many there can be in a second.
        """
        tried = self.tried[:]
        self.tried.clear()
        while tried:
            with suppress(Unavailable):
                await self._write_down(tried)
                return
            await asyncio.sleep(RETRY_SECONDS)

    async def _write_down(self, tried: Sequence[Attempt]) -> None:
        """The endpoints first, in one order; the
        deliveries, unless they are another sender's by now.
        """
        now = self.clock()
        verdicts = {
            (one.claim.endpoint_id, one.answer.is_success, one.answer.is_gone) for one in tried
        }
        async with self.store.write() as session:
            for endpoint_id, is_success, is_gone in sorted(verdicts):
                await update_endpoint_health(
                    session, endpoint_id, now, is_success=is_success, is_gone=is_gone
                )
            await session.execute(SETTLED, [self._settled(one, now) for one in tried])

    def _settled(self, tried: Attempt, now: datetime) -> dict[str, Any]:
        """What to write down of a delivery, and which one it is."""
        claim, answer = tried.claim, tried.answer
        values = {
            "last_attempt_at": tried.started,
            "updated_at": now,
            "claimed_until": None,
            "attempts": claim.attempts,
        }
        values |= {
            "last_status_code": answer.status,
            **decide_outcome(claim.attempts, answer, now, self.chance()),
        }
        return {"own_id": claim.id, "own_until": claim.until, **values}


async def _locked(session: AsyncSession, endpoint_id: str) -> AnyRow | None:
    statement: Select[Any] = Select(col(WebhookEndpoint.cursor), col(WebhookEndpoint.types))
    statement = statement.where(
        col(WebhookEndpoint.id) == endpoint_id, col(WebhookEndpoint.enabled)
    )
    return (
        await session.execute(statement.with_for_update(skip_locked=True, key_share=True))
    ).one_or_none()


async def _following(session: AsyncSession, cursor: int) -> Sequence[AnyRow]:
    """The next events of the log: plain rows, for a
    role that is replaced may have written 100,000.
    """
    statement: Any = select(Event.cursor, Event.type).where(col(Event.cursor) > cursor)
    return (
        await session.execute(statement.order_by(col(Event.cursor)).limit(EVENTS_AT_ONCE))
    ).all()


def _signing(row: AnyRow, at: datetime) -> Iterable[str]:
    """The encrypted secrets that sign now: for a while after a rotation the former one too."""
    yield row.secret
    if row.previous_secret and row.previous_signs_until and row.previous_signs_until > at:
        yield row.previous_secret
