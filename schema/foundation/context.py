"""What a resolver can reach: the caller, the instance, the store and the operation's loaders."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar

import strawberry

from models.database.store import Readable, Snapshot, Store, shield
from models.errors.request import Forbidden, Unauthenticated
from models.instance import Instance
from models.keys.scopes import KeyScope
from resolvers.authority.access import Actor, ActorType
from resolvers.foundation.rate_limits import RateLimits
from resolvers.foundation.server import Server
from resolvers.foundation.shared_transaction import SharedTransaction
from resolvers.foundation.transaction import Transaction, organizations_disabled
from resolvers.keys.key_uses import use_scope
from resolvers.keys.signing_keys import Signer
from resolvers.queries.batching import SoleReader
from resolvers.queries.loaders import Loaders
from resolvers.subscriptions.log_reader import LogReader
from resolvers.subscriptions.streams import Delivered
from schema.execution.documents import Document

P = ParamSpec("P")
T = TypeVar("T")


def _always() -> bool:
    return True


def noop() -> None: ...


@dataclass
class Context:
    """The context of one operation.

    The caller and the settings are as they were in the database when the operation began.
    """

    server: Server
    # Signs session tokens.
    signer: Signer
    # Follows the event log for subscriptions.
    log: LogReader
    rate_limits: RateLimits
    # Who calls; None without a credential.
    actor: Actor | None
    instance: Instance
    # The origin of the page that sent the request, according to its browser.
    origin: str | None = None
    # The newest cursor of the event log when the settings were read; None unless a user calls.
    newest_cursor: int | None = None
    document: Document | None = None
    open_transaction: Transaction | None = field(default=None)
    # The transaction of the whole request, if the request has an idempotency key.
    shared_transaction: SharedTransaction | None = None
    # The `Idempotency-Key` headers of the request.
    idempotency_keys: Sequence[str] = ()
    # Whether the credential of the request is still valid.
    is_credential_valid: Callable[[], bool] = _always
    # Disconnects a client that does not read.
    disconnect: Callable[[], None] = noop
    # The codes of the user errors in the answer, and the organization that a mutation locked, both
    # for the log.
    user_error_codes: set[str] = field(default_factory=set[str])
    changed_organization_id: str | None = None
    # The event that a subscription delivers.
    delivered: Delivered | None = None
    sole_reader: SoleReader = field(default_factory=SoleReader)

    # The user or API key whose rights count; None for a secret key, and without a credential. Use
    # `is_service` to distinguish the two.
    holder_id: str | None = field(init=False)
    is_service: bool = field(init=False)

    # Created when they are asked for first.
    _snapshot: Snapshot | None = field(default=None, init=False)
    _loaders: Loaders | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.holder_id = self.actor.holder_id if self.actor else None
        self.is_service = self.actor is not None and self.actor.type is ActorType.SERVICE

    @property
    def prepared_document(self) -> Document:
        assert self.document, "a document is read before it is run"
        return self.document

    @property
    def snapshot(self) -> Snapshot:
        """What a query and the payload of a mutation read from: all fields see the same moment."""
        if self._snapshot is None:
            shared = self.shared_transaction
            self._snapshot = Snapshot(shared.read if shared else self.store.read_transaction)
        return self._snapshot

    @property
    def loaders(self) -> Loaders:
        if self._loaders is None:
            self._loaders = Loaders(
                self.snapshot,
                self.server.clock,
                has_plans=self.instance.billing_enabled,
                sole_reader=self.sole_reader,
            )
        return self._loaders

    async def read(
        self,
        fetch: Callable[Concatenate[Readable, P], Coroutine[Any, Any, T]],
        *args: P.args,
        **values: P.kwargs,
    ) -> T:
        """Reads from the snapshot.

        Except for a sole reader, it's shielded: a read that is cancelled half-way would close the
        snapshot for other fields.
        """
        if self.sole_reader.is_current():
            return await fetch(self.snapshot, *args, **values)
        return await shield(fetch(self.snapshot, *args, **values))

    async def clear_loaders(self) -> None:
        """Clears the loaders, whose rows a mutation can change, and closes the snapshot."""
        self._loaders = None
        snapshot, self._snapshot = self._snapshot, None
        if snapshot is not None:
            await snapshot.close()

    def set_event(self, event: Delivered) -> None:
        """Sets the event to deliver, with the loaders that its subscribers share."""
        self.delivered = event
        self._loaders = event.loaders

    def may_continue(self) -> bool:
        """Whether a stream can continue: neither the credential nor the session has expired."""
        session = self.actor.session if self.actor else None
        return self.is_credential_valid() and (
            session is None or session.expires_at > self.server.clock()
        )

    @property
    def store(self) -> Store:
        return self.server.store

    @property
    def transaction(self) -> Transaction:
        """The transaction of the current mutation."""
        assert self.open_transaction, "only guarded mutations have a transaction"
        return self.open_transaction

    @property
    def caller(self) -> Actor:
        """The caller; raises Unauthenticated if there is no credential."""
        if self.actor is None:
            raise Unauthenticated
        return self.actor

    @property
    def user_id(self) -> str | None:
        return self.actor.user_id if self.actor else None

    def use_scope(self, scope: KeyScope | None) -> None:
        """Ensures that a narrowed secret key has the scope, and notes that it's used (rule 88)."""
        if self.actor is not None:
            use_scope(self.server.key_uses, self.actor, scope)

    def try_scope(self, scope: KeyScope) -> bool:
        """Like `use_scope`, but returns whether the caller has the scope; users need none."""
        try:
            self.use_scope(scope)
        except Forbidden:
            return False
        return True

    def reaches(self, organization_id: str | None) -> bool:
        """Whether a secret key is for the organization, or for the instance if it is None."""
        return self.actor is None or self.actor.reaches(organization_id)

    @property
    def organization_ids(self) -> tuple[str, ...] | None:
        """The organizations that a secret key is narrowed to; None for all."""
        ids = self.actor.narrowing.organization_ids if self.actor else None
        return None if ids is None else tuple(sorted(ids))

    def ensure_organizations_enabled(self) -> None:
        """Raises Forbidden for a user while organizations are disabled (rule 6)."""
        if not self.instance.organizations_enabled and not self.is_service:
            raise organizations_disabled()

    def default_image_url(self, id: str) -> str:
        return f"{self.server.public_url}/images/{id}.svg"

    def visible_slug(self, slug: str | None) -> str | None:
        """Returns the slug, or None while slugs are disabled."""
        return slug if self.instance.slugs_enabled else None


Info = strawberry.Info[Context, None]
