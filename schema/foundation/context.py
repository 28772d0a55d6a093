"""What a resolver can reach: the caller, the instance, the store and the operation's loaders."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Concatenate, ParamSpec, TypeVar

import strawberry
from cryptography.fernet import MultiFernet

from models.database.store import Readable, Snapshot, Store, shield
from models.errors import Unauthenticated
from models.instance import Instance
from models.validation.webhook_targets import WebhookTargets
from resolvers.access import Actor, ActorType
from resolvers.invitations.tickets import TicketKeys
from resolvers.keys.signing_keys import Signer
from resolvers.queries.loaders import Loaders
from resolvers.subscriptions.log_reader import LogReader
from resolvers.subscriptions.streams import Delivered
from resolvers.transaction import Clock, Transaction, organizations_disabled
from schema.execution.documents import Document

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ServerContext:
    """What is the same for every operation of a server."""

    store: Store
    clock: Clock
    public_url: str
    issuers: Sequence[str]
    link_schemes: frozenset[str]
    ticket_keys: TicketKeys
    can_mail: bool
    allowed_origins: Sequence[str]
    signer: Signer
    # What the secrets of webhook endpoints are kept with.
    webhook_storage: MultiFernet
    targets: WebhookTargets
    log: LogReader


def _always() -> bool:
    return True


def noop() -> None: ...


@dataclass
class Context:
    """One operation's: who calls was read from the store when it began."""

    server: ServerContext
    actor: Actor | None
    instance: Instance
    # The page that the request came from, as its browser says.
    origin: str | None = None
    document: Document | None = None
    open_transaction: Transaction | None = field(default=None)
    # Whether the credential of the request has not lapsed meanwhile.
    is_credential_valid: Callable[[], bool] = _always
    # Cuts off the client, who does not read.
    disconnect: Callable[[], None] = noop
    # The event that a subscription tells.
    delivered: Delivered | None = None

    @cached_property
    def snapshot(self) -> Snapshot:
        """Where a query reads, and what is selected of a
        mutation's payload: every field sees the same moment.
        """
        return Snapshot(self.store)

    @cached_property
    def loaders(self) -> Loaders:
        return Loaders(self.snapshot)

    async def read(
        self,
        fetch: Callable[Concatenate[Readable, P], Coroutine[Any, Any, T]],
        *args: P.args,
        **values: P.kwargs,
    ) -> T:
        """Reads from the snapshot.

        A read that is cancelled half-way would take the snapshot from the other fields.
        """
        return await shield(fetch(self.snapshot, *args, **values))

    async def clear_loaders(self) -> None:
        """Drops what was loaded, which a mutation may change, and closes the snapshot."""
        self.__dict__.pop("loaders", None)
        snapshot: Snapshot | None = self.__dict__.pop("snapshot", None)
        if snapshot is not None:
            await snapshot.close()

    def set_event(self, told: Delivered) -> None:
        """The event at hand: what is loaded about it is shared, and known by who asks for it."""
        self.delivered = told
        self.__dict__["loaders"] = told.loaders

    def may_continue(self) -> bool:
        """Whether a stream may go on, as far as time tells."""
        session = self.actor.session if self.actor else None
        return self.is_credential_valid() and (
            session is None or session.expires_at > self.server.clock()
        )

    @property
    def store(self) -> Store:
        return self.server.store

    @property
    def transaction(self) -> Transaction:
        """The transaction of the mutation at hand."""
        assert self.open_transaction, "only guarded mutations have a transaction"
        return self.open_transaction

    @property
    def caller(self) -> Actor:
        """Raises Unauthenticated for nobody."""
        if self.actor is None:
            raise Unauthenticated
        return self.actor

    @property
    def user_id(self) -> str | None:
        return self.actor.user_id if self.actor else None

    @property
    def is_service(self) -> bool:
        return self.actor is not None and self.actor.type is ActorType.SERVICE

    def ensure_organizations_enabled(self) -> None:
        """A switched-off feature refuses users, not the owner's keys (rule 6)."""
        if not self.instance.organizations_enabled and not self.is_service:
            raise organizations_disabled()

    def default_image_url(self, id: str) -> str:
        return f"{self.server.public_url}/images/{id}.svg"

    def visible_slug(self, slug: str | None) -> str | None:
        """A slug, unless slugs are off."""
        return slug if self.instance.slugs_enabled else None


Info = strawberry.Info[Context, None]
