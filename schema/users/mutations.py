"""Mutations of users."""

import strawberry

from resolvers import users
from schema.foundation.context import Info
from schema.foundation.errors import UserError
from schema.foundation.guards import ActorKind, mutation_guard
from schema.foundation.inputs import BulkErrorPolicy, get_given
from schema.foundation.payloads import DeletedPayload, Payload
from schema.foundation.scalars import JSONObject
from schema.users.types import User


@strawberry.type(description="The user of a mutation.")
class UserPayload(Payload):
    user: User | None = strawberry.field(description="The user as it is now.", default=None)


@strawberry.type(description="The users of a mutation.")
class UsersPayload(Payload):
    users: list[User] = strawberry.field(
        description="The users that were created, in the order of the input.",
        default_factory=list[User],
    )


@strawberry.input(description="A user to make before their first visit.")
class CreateUserInput:
    email_address: str = strawberry.field(description="The e-mail address.")
    email_verified: bool = strawberry.field(
        description="Whether the address is known to be the user's.", default=False
    )
    external_id: str | None = strawberry.field(
        description="The subject at the provider; without it, the first token with the address"
        " adopts the user.",
        default=None,
    )
    issuer: str | None = strawberry.field(
        description="The identity provider, where several are configured.", default=None
    )
    first_name: str | None = strawberry.field(description="The given name.", default=None)
    last_name: str | None = strawberry.field(description="The family name.", default=None)
    image_url: str | None = strawberry.field(description="A picture of the user.", default=None)
    public_metadata: JSONObject | None = strawberry.field(
        description="Notes for everybody who sees the user, at most 8 KB.", default=None
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Notes for services, at most 8 KB.", default=None
    )


@strawberry.input(description="Many users to create before their first visit.")
class CreateUsersInput:
    users: list[CreateUserInput] = strawberry.field(description="The users, at most 100.")
    on_error: BulkErrorPolicy = strawberry.field(
        description="What one invalid user does to the others.", default=BulkErrorPolicy.REJECT_ALL
    )


@strawberry.input(description="What to change of a user; what is absent stays.")
class UpdateUserInput:
    user_id: strawberry.ID = strawberry.field(description="The user.")
    email_address: strawberry.Maybe[str | None] = strawberry.field(
        description="The e-mail address; a changed one is unverified unless said otherwise."
    )
    email_verified: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether the address is known to be the user's."
    )
    first_name: strawberry.Maybe[str | None] = strawberry.field(
        description="The given name; null clears it."
    )
    last_name: strawberry.Maybe[str | None] = strawberry.field(
        description="The family name; null clears it."
    )
    image_url: strawberry.Maybe[str | None] = strawberry.field(
        description="A picture of the user; null clears it."
    )
    create_organization_enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether the user may create organizations; null for the instance's setting."
    )
    create_organizations_limit: strawberry.Maybe[int | None] = strawberry.field(
        description="How many organizations the user may create, 0 for any number; null for the"
        " instance's setting."
    )
    public_metadata: strawberry.Maybe[JSONObject | None] = strawberry.field(
        description="Replaces the notes for everybody who sees the user."
    )
    private_metadata: strawberry.Maybe[JSONObject | None] = strawberry.field(
        description="Replaces the notes for services."
    )


@strawberry.input(description="The user to delete.")
class DeleteUserInput:
    user_id: strawberry.ID = strawberry.field(description="The user.")


def to_new_user(input: CreateUserInput) -> users.NewUser:
    return users.NewUser(
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
        description="Creates a user before their first visit. While a user with the same address"
        " waits for theirs, the answer is form_identifier_exists: a retry creates no second one.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def create_user(self, info: Info, input: CreateUserInput) -> UserPayload | None:
        row = await users.create_user(info.context.transaction, to_new_user(input))
        return UserPayload(user=User.from_row(row, info.context))

    @strawberry.mutation(
        description="Creates many users at once, at most 100, in one transaction. The errors of"
        " each kind are one error, with the addresses in meta.email_addresses.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def create_users(self, info: Info, input: CreateUsersInput) -> UsersPayload | None:
        rows, errors = await users.create_users(
            info.context.transaction,
            [to_new_user(user) for user in input.users],
            skip_failed=input.on_error is BulkErrorPolicy.SKIP_FAILED,
        )
        return UsersPayload(
            users=[User.from_row(row, info.context) for row in rows],
            user_errors=[UserError.from_error(error) for error in errors],
        )

    @strawberry.mutation(
        description="Changes a user.", extensions=mutation_guard(actor=ActorKind.SERVICE)
    )
    async def update_user(self, info: Info, input: UpdateUserInput) -> UserPayload | None:
        row = await users.update_user(
            info.context.transaction, user_id=input.user_id, given=get_given(input)
        )
        return UserPayload(user=User.from_row(row, info.context))

    @strawberry.mutation(
        description="Deletes a user with all their memberships, the last manager's too.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def delete_user(self, info: Info, input: DeleteUserInput) -> DeletedPayload | None:
        return DeletedPayload(
            deleted_id=strawberry.ID(
                await users.delete_user(info.context.transaction, user_id=input.user_id)
            )
        )
