"""The inputs of API key mutations."""

import strawberry

from schema.foundation.scalars import JSONObject


@strawberry.input(description="An API key to create.")
class CreateApiKeyInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization that the key acts in. It can have at most 50 keys that"
        " have been neither revoked nor expired."
    )
    name: str = strawberry.field(
        description="A name that says what the key is for: 1 to 256 characters, without HTML or"
        " links."
    )
    permissions: list[str] = strawberry.field(
        description="Keys of the permissions that the key gets. The caller must have them all."
    )
    description: str | None = strawberry.field(
        description="What the key is for, at most 1,024 characters.", default=None
    )
    claims: JSONObject | None = strawberry.field(
        description="Custom data about the key, at most 8 KB, for services that verify it.",
        default=None,
    )
    expires_in_days: int | None = strawberry.field(
        description="The number of days after which the key expires, from 1 to 365. Defaults to"
        " never.",
        default=None,
    )


@strawberry.input(
    description="The fields of an API key to change. Fields that you leave out keep their values."
)
class UpdateApiKeyInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization that the key belongs to."
    )
    api_key_id: strawberry.ID = strawberry.field(description="ID of the API key to update.")
    name: strawberry.Maybe[str | None] = strawberry.field(
        description="The new name: 1 to 256 characters, without HTML or links."
    )
    description: strawberry.Maybe[str | None] = strawberry.field(
        description="The new description, at most 1,024 characters. Null to remove it."
    )
    permissions: strawberry.Maybe[list[str] | None] = strawberry.field(
        description="Keys of all permissions that the key has from now on."
    )
    claims: strawberry.Maybe[JSONObject | None] = strawberry.field(
        description="The new custom data, which replaces the stored data, at most 8 KB. Null to"
        " remove it."
    )
    expires_in_days: strawberry.Maybe[int | None] = strawberry.field(
        description="The number of days from now after which the key expires, from 1 to 365. Null"
        " for never."
    )


@strawberry.input(description="An API key to revoke.")
class ApiKeyRefInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization that the key belongs to."
    )
    api_key_id: strawberry.ID = strawberry.field(description="ID of the API key to revoke.")
    reason: str | None = strawberry.field(
        description="Why the key is revoked, at most 256 characters.", default=None
    )


@strawberry.input(description="An API key that a service was sent.")
class VerifyApiKeyInput:
    secret: str = strawberry.field(description="The key itself.")
