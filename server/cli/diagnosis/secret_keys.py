"""Which secret keys can do more than they do (rule 89)."""

from sqlmodel import col, select

from models import base
from models.database.store import Store
from models.keys.secret_keys import USES_KEPT, SecretKey, is_live, list_used_scopes
from resolvers.lists.pages import load_rows
from server.cli.diagnosis.findings import Finding

SECRET_KEYS = "Secret keys"


async def check_secret_keys(store: Store) -> list[Finding]:
    """Lists the keys that aren't narrowed, with the scopes that they really use."""
    now = base.now()
    statement = select(SecretKey).where(col(SecretKey.revoked_at).is_(None))
    rows = await load_rows(store, statement.order_by(col(SecretKey.id)))
    return [
        Finding(SECRET_KEYS, True, f"{key.visible} ({key.name}) {detail}", is_risk=True)
        for key in rows
        if is_live(key, now) and key.scopes is None
        if (
            detail := _describe_use(
                list_used_scopes(key, now), is_new=key.created_at > now - USES_KEPT
            )
        )
    ]


def _describe_use(scopes: list[str], *, is_new: bool) -> str | None:
    """Says what to do about a key that isn't narrowed; nothing yet about a new one without uses."""
    if scopes:
        return (
            f"isn't narrowed, but used only these scopes in the last {USES_KEPT.days} days:"
            f" {', '.join(scopes)}. Replace it with a key that has only them."
        )
    if is_new:
        return None
    return (
        f"isn't narrowed, and used no scope in the last {USES_KEPT.days} days. Revoke it if nobody"
        " needs it."
    )
