"""Mutations of secret keys."""

import strawberry

from models.keys.scopes import KeyScope
from resolvers.keys import secret_keys
from resolvers.keys.secret_keys import NewKey
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, mutation_guard
from schema.foundation.payloads import Payload
from schema.keys.types import SecretKey


@strawberry.type(description="The result of a mutation that creates or revokes a secret key.")
class SecretKeyPayload(Payload):
    secret_key: SecretKey | None = strawberry.field(
        description="The key in its new state. Null if there are `userErrors`.", default=None
    )
    secret: str | None = strawberry.field(
        description="The key itself. Store it now: the database keeps only its digest. Null if"
        " there are `userErrors`, and for every mutation except `createSecretKey`.",
        default=None,
    )


@strawberry.input(description="A secret key to create.")
class CreateSecretKeyInput:
    name: str = strawberry.field(
        description="A name that says what the key is for: 1 to 256 characters, without HTML or"
        " links."
    )
    scopes: list[str] | None = strawberry.field(
        description="The scopes to narrow the key to, from `scopes`. Defaults to everything.",
        default=None,
    )
    organization_ids: list[strawberry.ID] | None = strawberry.field(
        description="IDs of the organizations to narrow the key to, at most 100. Such a key can't"
        " change what belongs to the instance. Defaults to the whole instance.",
        default=None,
    )
    expires_in_days: int | None = strawberry.field(
        description="The number of days until the key expires, from 1 to 365. Defaults to never.",
        default=None,
    )


@strawberry.input(description="A reference to a secret key.")
class KeyRefInput:
    id: strawberry.ID = strawberry.field(description="ID of the secret key.")


@strawberry.type
class KeyMutations:
    @strawberry.mutation(
        description="Creates a secret key. A narrowed key can't create a key with a scope that it"
        " lacks itself, or with a later expiry.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.KEYS_MANAGE),
    )
    async def create_secret_key(
        self, info: Info, input: CreateSecretKeyInput
    ) -> SecretKeyPayload | None:
        new = NewKey(input.name, input.scopes, input.organization_ids, input.expires_in_days)
        row, secret = await secret_keys.create_key(info.context.transaction, new)
        return SecretKeyPayload(secret_key=SecretKey.from_row(row, info.context), secret=secret)

    @strawberry.mutation(
        description="Revokes a secret key. The next request with it is rejected, and its"
        " subscriptions end within a second. Keys in `TENANTRY_SECRET_KEYS` can't be revoked.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.KEYS_MANAGE),
    )
    async def revoke_secret_key(self, info: Info, input: KeyRefInput) -> SecretKeyPayload | None:
        row = await secret_keys.revoke_key(info.context.transaction, key_id=input.id)
        return SecretKeyPayload(secret_key=SecretKey.from_row(row, info.context))
