"""Mutations of API keys, and the question whether one is valid."""

import strawberry

from models.keys.scopes import KeyScope
from models.roles import API_KEYS_MANAGE
from resolvers.api_keys import manage
from resolvers.api_keys.sign_in import verify_api_key
from schema.api_keys.inputs import (
    ApiKeyRefInput,
    CreateApiKeyInput,
    UpdateApiKeyInput,
    VerifyApiKeyInput,
)
from schema.api_keys.types import ApiKey
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, mutation_guard, untransacted_guard
from schema.foundation.inputs import get_given
from schema.foundation.payloads import Payload


@strawberry.type(description="The result of a mutation that creates or changes an API key.")
class ApiKeyPayload(Payload):
    api_key: ApiKey | None = strawberry.field(
        description="The key in its new state. Null if there are `userErrors`.", default=None
    )
    secret: str | None = strawberry.field(
        description="The key itself. Store it now: the database keeps only its digest. Null if"
        " there are `userErrors`, and for every mutation except `createApiKey`.",
        default=None,
    )


@strawberry.type(description="Whether an API key is valid.")
class ApiKeyVerification:
    valid: bool = strawberry.field(
        description="Whether the key exists, and has been neither revoked nor expired."
    )
    code: str | None = strawberry.field(
        description="What is wrong with the key: `api_key_not_found`, `api_key_revoked`, or"
        " `api_key_expired`. Null if it is valid."
    )
    api_key: ApiKey | None = strawberry.field(
        description="The key, which says what it can do. Null unless it is valid."
    )


@strawberry.type(description="The result of `verifyApiKey`.")
class ApiKeyVerificationPayload(Payload):
    verification: ApiKeyVerification | None = strawberry.field(
        description="Whether the key is valid. Never null without an error.", default=None
    )


@strawberry.type
class ApiKeyMutations:
    @strawberry.mutation(
        description="Creates an API key of an organization. The caller must have all permissions of"
        " the key. An API key can't create others.",
        extensions=mutation_guard(API_KEYS_MANAGE, scope=KeyScope.KEYS_MANAGE),
    )
    async def create_api_key(self, info: Info, input: CreateApiKeyInput) -> ApiKeyPayload | None:
        row, secret = await manage.create_api_key(
            info.context.transaction,
            organization_id=input.organization_id,
            new=manage.NewApiKey(
                input.name,
                input.permissions,
                input.description,
                input.claims,
                input.expires_in_days,
            ),
        )
        return ApiKeyPayload(api_key=ApiKey.from_row(row), secret=secret)

    @strawberry.mutation(
        description="Changes an API key that has been neither revoked nor expired. The caller must"
        " have all permissions that the key has before and after the change. They count from the"
        " next request with the key.",
        extensions=mutation_guard(API_KEYS_MANAGE, scope=KeyScope.KEYS_MANAGE),
    )
    async def update_api_key(self, info: Info, input: UpdateApiKeyInput) -> ApiKeyPayload | None:
        row = await manage.update_api_key(
            info.context.transaction,
            organization_id=input.organization_id,
            key_id=input.api_key_id,
            given=get_given(input),
        )
        return ApiKeyPayload(api_key=ApiKey.from_row(row))

    @strawberry.mutation(
        description="Revokes an API key. The next request with it is rejected, and its"
        " subscriptions end within a second. Revoking a key again changes nothing.",
        extensions=mutation_guard(API_KEYS_MANAGE, scope=KeyScope.KEYS_MANAGE),
    )
    async def revoke_api_key(self, info: Info, input: ApiKeyRefInput) -> ApiKeyPayload | None:
        row = await manage.revoke_api_key(
            info.context.transaction,
            organization_id=input.organization_id,
            key_id=input.api_key_id,
            reason=input.reason,
        )
        return ApiKeyPayload(api_key=ApiKey.from_row(row))

    @strawberry.mutation(
        description="Checks for your service whether an API key that it was sent is valid, and"
        " what it can do. It changes only `lastUsedAt`.",
        extensions=untransacted_guard(actor=ActorKind.SERVICE, scope=KeyScope.KEYS_MANAGE),
    )
    async def verify_api_key(
        self, info: Info, input: VerifyApiKeyInput
    ) -> ApiKeyVerificationPayload | None:
        server = info.context.server
        row, fault = await info.context.read(
            lambda store: verify_api_key(server, store, input.secret)
        )
        return ApiKeyVerificationPayload(
            verification=ApiKeyVerification(
                valid=row is not None,
                code=fault.value if fault else None,
                api_key=ApiKey.from_row(row) if row else None,
            )
        )
