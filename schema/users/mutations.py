"""Mutations of users."""

import strawberry

from models.keys.scopes import KeyScope
from resolvers.users import create, manage
from schema.foundation.context import Info
from schema.foundation.errors import UserError
from schema.foundation.guards import ActorKind, mutation_guard
from schema.foundation.inputs import BulkErrorPolicy, get_given
from schema.foundation.payloads import DeletedPayload, Payload
from schema.foundation.scalars import JSONObject
from schema.users.types import User


@strawberry.type(description="The result of a mutation that creates or changes a user.")
class UserPayload(Payload):
    user: User | None = strawberry.field(
        description="The user in their new state. Null if there are `userErrors`.", default=None
    )


@strawberry.type(description="The result of `createUsers`.")
class UsersPayload(Payload):
    users: list[User] = strawberry.field(
        description="The created users, in the order of the input.",
        default_factory=list[User],
    )


@strawberry.input(description="A user to create before they sign in for the first time.")
class CreateUserInput:
    email_address: str = strawberry.field(description="The email address of the user.")
    email_verified: bool = strawberry.field(
        description="Whether the email address is known to belong to the user.", default=False
    )
    external_id: str | None = strawberry.field(
        description="The subject (`sub`) of the user at the identity provider. Without it, the"
        " first token with the same verified email address is linked to this user.",
        default=None,
    )
    issuer: str | None = strawberry.field(
        description="The issuer URL of the user's identity provider. Required with `externalId` if"
        " several providers are configured.",
        default=None,
    )
    first_name: str | None = strawberry.field(
        description="The first name of the new user.", default=None
    )
    last_name: str | None = strawberry.field(
        description="The last name of the new user.", default=None
    )
    image_url: str | None = strawberry.field(
        description="The absolute https URL of a picture of the new user.", default=None
    )
    public_metadata: JSONObject | None = strawberry.field(
        description="Public metadata of the user, at most 8 KB.", default=None
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Private metadata of the user, at most 8 KB.", default=None
    )


@strawberry.input(description="Several users to create before they sign in for the first time.")
class CreateUsersInput:
    users: list[CreateUserInput] = strawberry.field(description="The users to create, at most 100.")
    on_error: BulkErrorPolicy = strawberry.field(
        description="What to do with the other users if one of them is invalid.",
        default=BulkErrorPolicy.REJECT_ALL,
    )


@strawberry.input(
    description="The fields of a user to change. Fields that you leave out keep their values."
)
class UpdateUserInput:
    user_id: strawberry.ID = strawberry.field(description="ID of the user to update.")
    email_address: strawberry.Maybe[str | None] = strawberry.field(
        description="The new email address. If it differs from the current one, it is unverified"
        " unless `emailVerified` is true. Null removes it."
    )
    email_verified: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether the email address is known to belong to the user. A later token can"
        " change it."
    )
    first_name: strawberry.Maybe[str | None] = strawberry.field(
        description="The new first name. Null removes it."
    )
    last_name: strawberry.Maybe[str | None] = strawberry.field(
        description="The new last name. Null removes it."
    )
    image_url: strawberry.Maybe[str | None] = strawberry.field(
        description="The absolute https URL of the new picture. Null removes it."
    )
    create_organization_enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether the user can create organizations. Null applies the setting of the"
        " instance."
    )
    create_organizations_limit: strawberry.Maybe[int | None] = strawberry.field(
        description="The number of organizations that the user can create. 0 means unlimited. Null"
        " applies the setting of the instance."
    )
    public_metadata: strawberry.Maybe[JSONObject | None] = strawberry.field(
        description="Public metadata that replaces the user's current public metadata, at most 8"
        " KB."
    )
    private_metadata: strawberry.Maybe[JSONObject | None] = strawberry.field(
        description="Private metadata that replaces the user's current private metadata, at most 8"
        " KB."
    )


@strawberry.input(description="The user to delete.")
class DeleteUserInput:
    user_id: strawberry.ID = strawberry.field(description="ID of the user to delete.")


def to_new_user(input: CreateUserInput) -> create.NewUser:
    return create.NewUser(
        email_address=input.email_address,
        email_verified=input.email_verified,
        external_id=input.external_id,
        issuer=input.issuer,
        first_name=input.first_name,
        last_name=input.last_name,
        image_url=input.image_url,
        public_metadata=input.public_metadata,
        private_metadata=input.private_metadata,
    )


@strawberry.type
class UserMutations:
    @strawberry.mutation(
        description="Creates a user before they sign in for the first time. If a user with the same"
        " email address exists and hasn't signed in yet, the error is `form_identifier_exists`, so"
        " that a repeated call doesn't create a duplicate.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.USERS_WRITE),
    )
    async def create_user(self, info: Info, input: CreateUserInput) -> UserPayload | None:
        row = await create.create_user(info.context.transaction, to_new_user(input))
        return UserPayload(user=User.from_row(row, info.context))

    @strawberry.mutation(
        description="Creates up to 100 users in one transaction. Errors of the same kind are"
        " reported as one error, which lists the addresses in `meta.email_addresses`.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.USERS_WRITE),
    )
    async def create_users(self, info: Info, input: CreateUsersInput) -> UsersPayload | None:
        rows, errors = await create.create_users(
            info.context.transaction,
            [to_new_user(user) for user in input.users],
            skip_failed=input.on_error is BulkErrorPolicy.SKIP_FAILED,
        )
        return UsersPayload(
            users=[User.from_row(row, info.context) for row in rows],
            user_errors=[UserError.from_error(error) for error in errors],
        )

    @strawberry.mutation(
        description="Changes a user. A later token of the user can overwrite the profile fields.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.USERS_WRITE),
    )
    async def update_user(self, info: Info, input: UpdateUserInput) -> UserPayload | None:
        row = await manage.update_user(
            info.context.transaction, user_id=input.user_id, given=get_given(input)
        )
        return UserPayload(user=User.from_row(row, info.context))

    @strawberry.mutation(
        description="Deletes a user with all their memberships, even if an organization loses its"
        " last member who can manage it.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.USERS_WRITE),
    )
    async def delete_user(self, info: Info, input: DeleteUserInput) -> DeletedPayload | None:
        return DeletedPayload(
            deleted_id=strawberry.ID(
                await manage.delete_user(info.context.transaction, user_id=input.user_id)
            )
        )
