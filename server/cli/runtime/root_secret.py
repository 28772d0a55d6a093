"""The root secret, TENANTRY_SECRET: whether it fits the database, and its rotation."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

import structlog
import typer

from models import base
from models.database.store import Store
from models.keys.encryption import Purpose
from resolvers.authority.access import SYSTEM
from resolvers.foundation.server import Clock, Server
from resolvers.foundation.transaction import begin
from resolvers.keys import ticket_keys
from resolvers.keys.root_secret import EncryptedValue, State, load_encrypted_values, reencrypt
from server.cli.runtime.database import ensure_migrated
from server.cli.runtime.environment import load_settings
from server.cli.runtime.runner import run
from server.settings.server import make_server
from server.settings.settings import Settings, SettingsError

UNREADABLE = (
    "TENANTRY_SECRET can't decrypt {} in the database. Add the previous secret to the end of"
    " TENANTRY_SECRET. If it is lost, run: tenantry secret rotate --discard-unreadable"
)
NO_SECRET = "TENANTRY_SECRET is missing. Set it to the value that the servers use."
UNUSED_SECRET = (
    "TENANTRY_SECRET: no process has started with its first secret yet, so none could read what is"
    " encrypted with it. First restart every `serve` and `worker` with this TENANTRY_SECRET."
)

log = structlog.stdlib.get_logger("tenantry.root_secret")


def describe_values(values: Sequence[EncryptedValue], state: State) -> str:
    """Counts the values of each kind in that state: "1 signing key and 2 webhook secrets"."""
    numbers = Counter(value.column.name for value in values if value.state is state)
    phrases = [f"{number} {name}{'s'[: number > 1]}" for name, number in numbers.items()]
    if len(phrases) < 2:
        return "".join(phrases)
    *others, last = phrases
    comma = "," if len(others) > 1 else ""
    return f"{', '.join(others)}{comma} and {last}"


def ensure_readable(
    values: Sequence[EncryptedValue], purposes: Collection[Purpose] = tuple(Purpose)
) -> None:
    """Raises SettingsError if a value of these purposes can't be decrypted."""
    required = [value for value in values if value.column.purpose in purposes]
    if unreadable := describe_values(required, State.UNREADABLE):
        raise SettingsError([UNREADABLE.format(unreadable)])


async def explain_invalid_links(
    store: Store, values: Sequence[EncryptedValue], clock: Clock
) -> str | None:
    """Says what to do about open invitations with unverifiable tickets; None if there are none."""
    keys = [value for value in values if value.column.purpose is Purpose.TICKET_KEYS]
    lost = [key.row_id for key in keys if key.state is State.UNREADABLE]
    async with store.read() as connection:
        number, last = await ticket_keys.count_open_invitations(connection, clock(), lost)
    if last is None:
        return None
    return (
        "TENANTRY_SECRET lacks a secret that links of pending invitations were signed with"
        f" ({number} at most). These links are invalid; the last one expires on {last:%Y-%m-%d}."
        " Add the previous secret to the end of TENANTRY_SECRET, and run: tenantry secret rotate"
    )


def get_required_purposes(settings: Settings) -> Collection[Purpose]:
    """Returns what a server needs to decrypt: signing keys only if the settings give none."""
    if settings.signing_keys:
        return {Purpose.WEBHOOK_SECRETS}
    return {Purpose.WEBHOOK_SECRETS, Purpose.SIGNING_KEYS}


async def prepare(server: Server, purposes: Collection[Purpose]) -> None:
    """Checks the root secret before a process works with it, and registers its ticket keys.

    Raises SettingsError.
    """
    async with server.store.read() as connection:
        values = await load_encrypted_values(connection, server.secrets, server.clock())
    ensure_readable(values, purposes)
    if sentence := await explain_invalid_links(server.store, values, server.clock):
        log.warning("invitation links invalid", reason=sentence)
    await ticket_keys.register_keys(server)


# ----------------------------------------------------------------------------------------- rotation


async def load_secrets(settings: Settings, store: Store) -> Sequence[str]:
    """Loads the root secrets; a development server has one in its folder.

    Raises SettingsError if there is none.
    """
    if settings.secret:
        return settings.secret
    from server.development.files import load_development_secret
    from server.development.stamp import is_stamped
    from server.settings.names import VAR

    if not await is_stamped(store):
        raise SettingsError([NO_SECRET])
    return (load_development_secret(VAR),)


def rotate_secret(*, discard_unreadable: bool) -> None:
    settings = load_settings()

    async def rotate(store: Store) -> None:
        await ensure_migrated(store)
        secrets = await load_secrets(settings, store)
        server = replace(make_server(settings, store, base.now), secrets=secrets)
        async with begin(server, SYSTEM) as tx:
            is_in_use = await ticket_keys.is_registered(tx.session, server.ticket_keys)
            values = await reencrypt(tx, discard_unreadable=discard_unreadable)
            if not discard_unreadable:
                ensure_readable(values)
                if not is_in_use and describe_values(values, State.OUTDATED):
                    raise SettingsError([UNUSED_SECRET])
            invitations = await ticket_keys.count_open_invitations(tx.session, tx.now)
        for line in _report(values, secrets, invitations):
            typer.echo(line)

    run(settings, rotate)


def _report(
    values: Sequence[EncryptedValue],
    secrets: Sequence[str],
    invitations: tuple[int, datetime | None],
) -> list[str]:
    renewed = describe_values(values, State.OUTDATED) or "nothing"
    unchanged = describe_values(values, State.CURRENT) or "nothing"
    lines = [
        f"Encrypted with the first secret: {renewed}.",
        f"Already encrypted with it: {unchanged}.",
    ]
    # Unreadable values are left only if they were discarded.
    if discarded := describe_values(values, State.UNREADABLE):
        lines.append(f"Discarded or replaced by a new one: {discarded}.")
    for value in values:
        if value.state is State.UNREADABLE and value.column.replacement:
            lines.append(f"{value.row_id} has a new secret. Give it to the receiver.")
    number, last = invitations
    if last:
        lines.append(
            f"Pending invitations: {number}. Their links stay valid; the last one expires on"
            f" {last:%Y-%m-%d}."
        )
    if len(secrets) > 1:
        lines.append(
            "Only the first secret is needed now. Remove the others from TENANTRY_SECRET, and"
            " restart every process."
        )
    return lines
