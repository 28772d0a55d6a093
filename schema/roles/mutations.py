"""Mutations with which the operator manages roles, permissions and role sets."""

from collections.abc import Sequence

import strawberry

from resolvers.role_model import edit, permissions, replace, sets
from resolvers.role_model.reassign import RoleMapping
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, mutation_guard
from schema.foundation.inputs import get_given
from schema.foundation.payloads import DeletedPayload, Payload
from schema.organizations.mutations import OrganizationPayload
from schema.organizations.types import Organization
from schema.roles.types import Permission, Role, RoleSet


@strawberry.type(description="The role of a mutation.")
class RolePayload(Payload):
    role: Role | None = strawberry.field(description="The role as it is now.", default=None)


@strawberry.type(description="The permission of a mutation.")
class PermissionPayload(Payload):
    permission: Permission | None = strawberry.field(
        description="The permission as it is now.", default=None
    )


@strawberry.type(description="The role set of a mutation.")
class RoleSetPayload(Payload):
    role_set: RoleSet | None = strawberry.field(
        description="The role set as it is now.", default=None
    )


# ------------------------------------------------------------------------------------------- inputs


@strawberry.input(description="A role to make.")
class CreateRoleInput:
    key: str = strawberry.field(description="Its key, such as org:editor.")
    name: str = strawberry.field(description="The name for people.")
    description: str | None = strawberry.field(description="What the role is for.", default=None)
    permissions: list[str] = strawberry.field(description="The keys of the permissions it holds.")
    add_to_initial_role_set: bool = strawberry.field(
        description="Whether the organizations of the initial role set may use it at once.",
        default=False,
    )


@strawberry.input(description="What to change of a role; what is absent stays.")
class UpdateRoleInput:
    key: str = strawberry.field(description="The role's key.")
    new_key: strawberry.Maybe[str | None] = strawberry.field(description="Another key.")
    name: strawberry.Maybe[str | None] = strawberry.field(description="The name for people.")
    description: strawberry.Maybe[str | None] = strawberry.field(
        description="What the role is for."
    )
    permissions: strawberry.Maybe[list[str] | None] = strawberry.field(
        description="The keys of all permissions it holds from now on."
    )


@strawberry.input(description="What to delete.")
class DeleteByKeyInput:
    key: str = strawberry.field(description="Its key.")


@strawberry.input(description="A permission to invent.")
class CreatePermissionInput:
    key: str = strawberry.field(description="Its key, org:<feature>:<action>, for good.")
    name: str = strawberry.field(description="The name for people.")
    description: str | None = strawberry.field(description="What it allows.", default=None)


@strawberry.input(description="What to change of a permission; what is absent stays.")
class UpdatePermissionInput:
    key: str = strawberry.field(description="The permission's key.")
    name: strawberry.Maybe[str | None] = strawberry.field(description="The name for people.")
    description: strawberry.Maybe[str | None] = strawberry.field(description="What it allows.")


@strawberry.input(description="A role set to make.")
class CreateRoleSetInput:
    key: str | None = strawberry.field(
        description="Its key, such as role_set:partners; made from the name when absent.",
        default=None,
    )
    name: str = strawberry.field(description="The name for people.")
    description: str | None = strawberry.field(description="What the set is for.", default=None)
    roles: list[str] = strawberry.field(description="The keys of its roles, at most ten.")
    default_role: str = strawberry.field(description="The role that is meant when none is named.")
    creator_role: str = strawberry.field(
        description="The role that the creator of an organization gets."
    )


@strawberry.input(description="What to change of a role set; what is absent stays.")
class UpdateRoleSetInput:
    key: str = strawberry.field(description="The role set's key.")
    name: strawberry.Maybe[str | None] = strawberry.field(description="The name for people.")
    description: strawberry.Maybe[str | None] = strawberry.field(description="What the set is for.")
    add_roles: strawberry.Maybe[list[str] | None] = strawberry.field(
        description="The keys of roles to add."
    )
    default_role: strawberry.Maybe[str | None] = strawberry.field(
        description="The role that is meant when none is named."
    )
    creator_role: strawberry.Maybe[str | None] = strawberry.field(
        description="The role that the creator of an organization gets."
    )
    make_initial: strawberry.Maybe[bool | None] = strawberry.field(
        description="True to give it to organizations that are made from now on."
    )


@strawberry.input(description="A role to take out of a set.")
class ReplaceRoleInput:
    role_set: str = strawberry.field(description="The role set's key.")
    role: str = strawberry.field(description="The key of the role that leaves.")
    with_role: str = strawberry.field(description="The key of the role that its holders get.")


@strawberry.input(description="What becomes of those who have a role.")
class RoleMappingInput:
    from_: str = strawberry.field(name="from", description="The key of the role they have.")
    to: str = strawberry.field(description="The key of the role they get.")


@strawberry.input(description="A role set to delete, and the one that takes its place.")
class ReplaceRoleSetInput:
    key: str = strawberry.field(description="The key of the set to delete.")
    with_key: str = strawberry.field(description="The key of the set that its organizations get.")
    mappings: list[RoleMappingInput] | None = strawberry.field(
        description="What becomes of who has a role that is not in the other set.", default=None
    )


@strawberry.input(description="The role set that an organization gets.")
class SetOrganizationRoleSetInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    role_set: str = strawberry.field(description="The key of the role set.")
    mappings: list[RoleMappingInput] | None = strawberry.field(
        description="What becomes of who has a role that is not in the set.", default=None
    )


def to_mappings(input: ReplaceRoleSetInput | SetOrganizationRoleSetInput) -> Sequence[RoleMapping]:
    return [RoleMapping(mapping.from_, mapping.to) for mapping in input.mappings or []]


# ---------------------------------------------------------------------------------------- mutations


@strawberry.type
class RoleMutations:
    @strawberry.mutation(
        description="Makes a role.", extensions=mutation_guard(actor=ActorKind.SERVICE)
    )
    async def create_role(self, info: Info, input: CreateRoleInput) -> RolePayload | None:
        new = edit.NewRole(
            input.key,
            input.name,
            input.description,
            input.permissions,
            input.add_to_initial_role_set,
        )
        row = await edit.create_role(info.context.transaction, new)
        return RolePayload(role=Role.from_row(row))

    @strawberry.mutation(
        description="Changes a role, unless that takes an organization its last manager.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def update_role(self, info: Info, input: UpdateRoleInput) -> RolePayload | None:
        row = await edit.update_role(
            info.context.transaction, key=input.key, given=get_given(input)
        )
        return RolePayload(role=Role.from_row(row))

    @strawberry.mutation(
        description="Deletes a role that nobody has, is invited to, or gets by default.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def delete_role(self, info: Info, input: DeleteByKeyInput) -> DeletedPayload | None:
        role_id = await edit.delete_role(info.context.transaction, key=input.key)
        return DeletedPayload(deleted_id=strawberry.ID(role_id))

    @strawberry.mutation(
        description="Invents a permission.", extensions=mutation_guard(actor=ActorKind.SERVICE)
    )
    async def create_permission(
        self, info: Info, input: CreatePermissionInput
    ) -> PermissionPayload | None:
        row = await permissions.create_permission(
            info.context.transaction, key=input.key, name=input.name, description=input.description
        )
        return PermissionPayload(permission=Permission.from_row(row))

    @strawberry.mutation(
        description="Renames or describes a custom permission.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def update_permission(
        self, info: Info, input: UpdatePermissionInput
    ) -> PermissionPayload | None:
        row = await permissions.update_permission(
            info.context.transaction, key=input.key, given=get_given(input)
        )
        return PermissionPayload(permission=Permission.from_row(row))

    @strawberry.mutation(
        description="Deletes a custom permission that no role holds.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def delete_permission(self, info: Info, input: DeleteByKeyInput) -> DeletedPayload | None:
        permission_id = await permissions.delete_permission(info.context.transaction, key=input.key)
        return DeletedPayload(deleted_id=strawberry.ID(permission_id))

    @strawberry.mutation(
        description="Makes a role set. A repeated call creates a second one, unless the input has a"
        " key.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def create_role_set(self, info: Info, input: CreateRoleSetInput) -> RoleSetPayload | None:
        new = sets.NewRoleSet(
            input.key,
            input.name,
            input.description,
            input.roles,
            input.default_role,
            input.creator_role,
        )
        row = await sets.create_role_set(info.context.transaction, new)
        return RoleSetPayload(role_set=RoleSet.from_row(row))

    @strawberry.mutation(
        description="Changes a role set's names, default and creator role, adds roles, or makes it"
        " initial.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def update_role_set(self, info: Info, input: UpdateRoleSetInput) -> RoleSetPayload | None:
        row = await sets.update_role_set(
            info.context.transaction, key=input.key, given=get_given(input)
        )
        return RoleSetPayload(role_set=RoleSet.from_row(row))

    @strawberry.mutation(
        description="Takes a role out of a set; its members and pending invitations get another"
        " one.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def replace_role_in_role_set(
        self, info: Info, input: ReplaceRoleInput
    ) -> RoleSetPayload | None:
        row = await replace.replace_role(
            info.context.transaction,
            role_set=input.role_set,
            role=input.role,
            with_role=input.with_role,
        )
        return RoleSetPayload(role_set=RoleSet.from_row(row))

    @strawberry.mutation(
        description="Deletes a role set and gives its organizations another one, with which it"
        " answers.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def replace_role_set(
        self, info: Info, input: ReplaceRoleSetInput
    ) -> RoleSetPayload | None:
        row = await replace.replace_role_set(
            info.context.transaction,
            key=input.key,
            with_key=input.with_key,
            mappings=to_mappings(input),
        )
        return RoleSetPayload(role_set=RoleSet.from_row(row))

    @strawberry.mutation(
        description="Gives an organization another role set.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def set_organization_role_set(
        self, info: Info, input: SetOrganizationRoleSetInput
    ) -> OrganizationPayload | None:
        row = await replace.set_organization_role_set(
            info.context.transaction,
            organization_id=input.organization_id,
            role_set=input.role_set,
            mappings=to_mappings(input),
        )
        return OrganizationPayload(organization=Organization.from_row(row, info.context))
