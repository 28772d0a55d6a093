"""Mutations of roles, permissions, and role sets, for the operator."""

import strawberry

from models.keys.scopes import KeyScope
from resolvers.role_model import edit, permissions, replace, sets
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, mutation_guard
from schema.foundation.inputs import get_given
from schema.foundation.payloads import DeletedPayload, Payload
from schema.organizations.mutations import OrganizationPayload
from schema.organizations.types import Organization
from schema.roles.inputs import (
    CreatePermissionInput,
    CreateRoleInput,
    CreateRoleSetInput,
    DeleteByKeyInput,
    ReplaceRoleInput,
    ReplaceRoleSetInput,
    SetOrganizationRoleSetInput,
    UpdatePermissionInput,
    UpdateRoleInput,
    UpdateRoleSetInput,
    to_mappings,
)
from schema.roles.types import Permission, Role, RoleSet


@strawberry.type(description="The result of a mutation that creates or changes a role.")
class RolePayload(Payload):
    role: Role | None = strawberry.field(
        description="The role in its new state. Null if there are `userErrors`.", default=None
    )


@strawberry.type(description="The result of a mutation that creates or changes a permission.")
class PermissionPayload(Payload):
    permission: Permission | None = strawberry.field(
        description="The permission in its new state. Null if there are `userErrors`.", default=None
    )


@strawberry.type(
    description="The result of a mutation that creates, changes, or replaces a role set."
)
class RoleSetPayload(Payload):
    role_set: RoleSet | None = strawberry.field(
        description="The role set in its new state. For `replaceRoleSet`, the replacement. Null if"
        " there are `userErrors`.",
        default=None,
    )


@strawberry.type
class RoleMutations:
    @strawberry.mutation(
        description="Creates a role.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.ROLES_WRITE),
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
        description="Changes a role. Rejected if an organization would lose its last member who can"
        " manage it.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.ROLES_WRITE),
    )
    async def update_role(self, info: Info, input: UpdateRoleInput) -> RolePayload | None:
        row = await edit.update_role(
            info.context.transaction, key=input.key, given=get_given(input)
        )
        return RolePayload(role=Role.from_row(row))

    @strawberry.mutation(
        description="Deletes a role. Rejected if a member or a pending invitation has the role, or"
        " if it is the default or creator role of a role set.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.ROLES_WRITE),
    )
    async def delete_role(self, info: Info, input: DeleteByKeyInput) -> DeletedPayload | None:
        role_id = await edit.delete_role(info.context.transaction, key=input.key)
        return DeletedPayload(deleted_id=strawberry.ID(role_id))

    @strawberry.mutation(
        description="Creates a custom permission.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.ROLES_WRITE),
    )
    async def create_permission(
        self, info: Info, input: CreatePermissionInput
    ) -> PermissionPayload | None:
        row = await permissions.create_permission(
            info.context.transaction, key=input.key, name=input.name, description=input.description
        )
        return PermissionPayload(permission=Permission.from_row(row))

    @strawberry.mutation(
        description="Changes the name or description of a custom permission.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.ROLES_WRITE),
    )
    async def update_permission(
        self, info: Info, input: UpdatePermissionInput
    ) -> PermissionPayload | None:
        row = await permissions.update_permission(
            info.context.transaction, key=input.key, given=get_given(input)
        )
        return PermissionPayload(permission=Permission.from_row(row))

    @strawberry.mutation(
        description="Deletes a custom permission. Rejected if a role includes it.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.ROLES_WRITE),
    )
    async def delete_permission(self, info: Info, input: DeleteByKeyInput) -> DeletedPayload | None:
        permission_id = await permissions.delete_permission(info.context.transaction, key=input.key)
        return DeletedPayload(deleted_id=strawberry.ID(permission_id))

    @strawberry.mutation(
        description="Creates a role set. If you repeat the call, it creates a second role set,"
        " unless the input has a key.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.ROLES_WRITE),
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
        description="Changes the name, description, default role, or creator role of a role set,"
        " adds roles to it, or makes it the initial role set.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.ROLES_WRITE),
    )
    async def update_role_set(self, info: Info, input: UpdateRoleSetInput) -> RoleSetPayload | None:
        row = await sets.update_role_set(
            info.context.transaction, key=input.key, given=get_given(input)
        )
        return RoleSetPayload(role_set=RoleSet.from_row(row))

    @strawberry.mutation(
        description="Removes a role from a role set. Members and pending invitations with that role"
        " get the replacement.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.ROLES_WRITE),
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
        description="Deletes a role set. Its organizations get the replacement, which the payload"
        " returns.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.ROLES_WRITE),
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
        description="Changes the role set of an organization.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.ORGANIZATIONS_WRITE),
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
