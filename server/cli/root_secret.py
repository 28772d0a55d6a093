"""Whether TENANTRY_SECRET fits the database: what
`serve`, `worker` and `doctor` say, and what they refuse.
"""

from collections import Counter
from collections.abc import Collection, Sequence

import structlog

from models.database.store import Store
from models.keys.encryption import Purpose
from resolvers.keys.root_secret import EncryptedValue, State, load_encrypted_values
from resolvers.keys.ticket_keys import count_open_invitations, register_keys
from resolvers.server import Clock, Server
from server.settings.settings import Settings, SettingsError

UNREADABLE = (
    "TENANTRY_SECRET can't decrypt {} in the database. Add the secret that was used before to the"
    " end of"
    " TENANTRY_SECRET. If it is lost, run: tenantry secret rotate --discard-unreadable"
)

log = structlog.stdlib.get_logger("tenantry.root_secret")


def counted(values: Sequence[EncryptedValue], state: State) -> str:
    """How many values of each kind are in that state,
    such as "1 signing key and 2 webhook secrets".
    """
    numbers = Counter(value.column.name for value in values if value.state is state)
    *others, last = [f"{number} {name}{'s'[: number > 1]}" for name, number in numbers.items()] or [
        ""
    ]
    comma = "," if len(others) > 1 else ""
    return f"{', '.join(others)}{comma} and {last}" if others else last


def ensure_readable(
    values: Sequence[EncryptedValue], purposes: Collection[Purpose] = tuple(Purpose)
) -> None:
    """Raises WrongSettings if a value of these purposes can't be decrypted."""
    if unreadable := counted(
        [value for value in values if value.column.purpose in purposes], State.UNREADABLE
    ):
        raise SettingsError([UNREADABLE.format(unreadable)])


async def invalid_links(store: Store, values: Sequence[EncryptedValue], clock: Clock) -> str | None:
    """What to do about open invitations whose tickets can't be verified; None if there are none."""
    keys = [value for value in values if value.column.purpose is Purpose.TICKET_KEYS]
    lost = [key.row_id for key in keys if key.state is State.UNREADABLE]
    async with store.read() as connection:
        number, last = await count_open_invitations(connection, clock(), lost)
    if last is None:
        return None
    return (
        f"TENANTRY_SECRET lacks a secret that links of open invitations were signed with ({number}"
        f" at most). They are"
        f" invalid until the last one expires on {last:%Y-%m-%d}. Add the secret that was used"
        f" before to the end of"
        " TENANTRY_SECRET, and run: tenantry secret rotate"
    )


def required(settings: Settings) -> Collection[Purpose]:
    """What a server can't work without; signing keys
    are not read if the settings give their own.
    """
    return (
        {Purpose.WEBHOOK_SECRETS}
        if settings.signing_keys
        else {Purpose.WEBHOOK_SECRETS, Purpose.SIGNING_KEYS}
    )


async def prepare(server: Server, purposes: Collection[Purpose]) -> None:
    """Checks the root secret before a process works with it, and registers its ticket keys.

    Raises WrongSettings.
    """
    async with server.store.read() as connection:
        values = await load_encrypted_values(connection, server.secrets, server.clock())
    ensure_readable(values, purposes)
    if sentence := await invalid_links(server.store, values, server.clock):
        log.warning("invitation_links_invalid", reason=sentence)
    await register_keys(server)
