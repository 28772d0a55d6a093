"""What `tenantry doctor` looks at."""

from dataclasses import dataclass

import httpx
from sqlmodel import select

from models import migrations
from models.errors import Denial
from models.instance import Instance
from models.store import Store
from server.app import FETCH_SECONDS
from server.identity import provider_of
from server.settings import Environment, Issuer, Settings, WrongSettings, ensure_production


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    is_fine: bool
    detail: str


async def is_stamped(store: Store) -> bool:
    """Whether a development server has used this database."""
    async with store.read() as connection:
        return (await connection.execute(select(Instance.environment))).scalar_one() == Environment.DEVELOPMENT.value


def _settings(settings: Settings) -> list[Finding]:
    if settings.is_development:
        return [Finding("Settings", True, "for development")]
    try:
        ensure_production(settings)
    except WrongSettings as error:
        return [Finding("Settings", False, sentence) for sentence in error.sentences]
    return [Finding("Settings", True, "for production")]


async def _database(settings: Settings, store: Store) -> list[Finding]:
    shown = store.url.render_as_string(hide_password=True)
    try:
        step = await migrations.current(store)
    except Denial:
        return [Finding("Database", False, f"{shown} can't be reached: is TENANTRY_DATABASE_URL right, does it run?")]
    if step != migrations.head():
        at = f"at step {step}" if step else "empty"
        return [Finding("Database", False, f"{shown} is {at}, not {migrations.head()}. Run: tenantry migrate")]
    found = [Finding("Database", True, f"{shown} at step {step}")]
    if not settings.is_development and await is_stamped(store):
        found.append(Finding("Database", False, "a development server has used it; production refuses it"))
    return found


async def _provider(issuer: Issuer, client: httpx.AsyncClient) -> Finding:
    what = f"Identity provider {issuer.issuer}"
    if issuer.public_key:
        return Finding(what, True, f"one public key, {', '.join(issuer.algorithms)}")
    keys = provider_of(issuer, client).keys
    await keys.key(None)
    number = len(getattr(keys, "keys", {}))
    if number == 0:
        return Finding(
            what, False, f"{issuer.jwks_url} gives no usable key: is jwks_url right, can this machine reach it?"
        )
    return Finding(what, True, f"{number} keys at {issuer.jwks_url}")


async def examine(settings: Settings, store: Store) -> list[Finding]:
    """Everything that can be looked at without changing anything."""
    async with httpx.AsyncClient(timeout=FETCH_SECONDS) as client:
        providers = [await _provider(issuer, client) for issuer in settings.identity_issuers]
    return [*_settings(settings), *await _database(settings, store), *providers]
