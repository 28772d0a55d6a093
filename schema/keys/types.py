"""Secret keys, as the API shows them to secret keys."""

import strawberry

from models.keys.scopes import KeyScope
from models.keys.secret_keys import SecretKey as KeyRow
from models.keys.secret_keys import list_used_scopes
from schema.foundation.connections import Node
from schema.foundation.context import Context, Info
from schema.foundation.rows import reads, show
from schema.foundation.scalars import DateTime


@reads(
    row=[
        *("id", "name", "visible", "scopes", "organization_ids", "expires_at", "last_used_at"),
        *("revoked_at", "created_at", "updated_at"),
    ]
)
@strawberry.type(
    description="A key that a service authenticates with. The keys in `TENANTRY_SECRET_KEYS` aren't"
    " objects."
)
class SecretKey(Node):
    name: str = strawberry.field(description="The name of the key, which says what it is for.")
    visible: str = strawberry.field(
        description="The first characters of the key, which identify it and aren't secret."
    )
    scopes: list[str] | None = strawberry.field(
        description="The scopes that the key is narrowed to, sorted. Null if it can do everything."
    )
    organization_ids: list[strawberry.ID] | None = strawberry.field(
        description="IDs of the organizations that the key is narrowed to. Null if it can be used"
        " for the whole instance."
    )
    expires_at: DateTime | None = strawberry.field(
        description="When the key expires. Null if it doesn't."
    )
    last_used_at: DateTime | None = strawberry.field(
        description="When the key was last used, to within about a minute. Null if it hasn't been"
        " used."
    )
    last_used_scopes: list[str] = strawberry.field(
        description="The scopes that requests with the key needed in the last 30 days, sorted. A"
        " key that is narrowed to these can do the same work."
    )
    revoked_at: DateTime | None = strawberry.field(
        description="When the key was revoked. Null if it wasn't."
    )
    created_at: DateTime = strawberry.field(description="When the key was created.")
    updated_at: DateTime = strawberry.field(description="When the key was last updated.")

    @classmethod
    def from_row(cls, row: KeyRow, context: Context) -> "SecretKey":
        used = list_used_scopes(row, context.server.clock())
        return show(cls, row=row, last_used_scopes=used)


async def load_visible_key(info: Info, key_id: str) -> SecretKey | None:
    """Loads the key, for secret keys."""
    if not (info.context.is_service and info.context.try_scope(KeyScope.KEYS_MANAGE)):
        return None
    row = await info.context.loaders.secret_keys.load(key_id)
    return SecretKey.from_row(row, info.context) if row else None
