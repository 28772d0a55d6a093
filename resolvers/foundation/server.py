"""What every operation of a server has in common: its store, its clock, and its settings."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from cryptography.fernet import MultiFernet

from models.database.store import Store
from models.keys.encryption import Purpose, make_cipher
from models.keys.ticket_keys import TicketKeys, derive_ticket_keys
from models.validation.webhook_targets import WebhookTargets
from resolvers.keys.key_uses import KeyUses

Clock = Callable[[], datetime]
# Looks for the TXT records of a name; raises NameServersSilent.
RecordLookup = Callable[[str], Awaitable[Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class Server:
    """The store, the clock, and the settings that operations read.

    A process makes one of these when it starts, and every transaction carries it.
    """

    store: Store
    clock: Clock
    public_url: str
    # The configured identity providers, by the `iss` of their tokens.
    issuers: Sequence[str]
    # The origins of the pages that can call the API.
    allowed_origins: Sequence[str]
    # What the URLs of links and images can begin with.
    link_schemes: frozenset[str]
    # Whether email can be sent.
    can_mail: bool
    webhook_targets: WebhookTargets
    look_up_records: RecordLookup
    # Whether names that nobody can own, such as example.com, can be those of organizations.
    is_development: bool
    # The root secrets. Commands that encrypt nothing run without one.
    secrets: Sequence[str] = field(repr=False)
    # Which secret keys were used since this was last written to the store.
    key_uses: KeyUses = field(default_factory=KeyUses, repr=False)

    @cached_property
    def ticket_keys(self) -> TicketKeys:
        return derive_ticket_keys(self.secrets)

    @cached_property
    def webhook_cipher(self) -> MultiFernet:
        """Encrypts the secrets of webhook endpoints."""
        return make_cipher(self.secrets, Purpose.WEBHOOK_SECRETS)
