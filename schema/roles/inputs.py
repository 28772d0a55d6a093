"""The inputs of the mutations of roles, permissions, and role sets."""

from collections.abc import Sequence

import strawberry

from resolvers.role_model.reassign import RoleMapping


@strawberry.input(description="A role to create.")
class CreateRoleInput:
    key: str = strawberry.field(description="The unique key of the role, such as `org:editor`.")
    name: str = strawberry.field(description="The display name of the role.")
    description: str | None = strawberry.field(description="What the role is for.", default=None)
    permissions: list[str] = strawberry.field(description="The keys of the role's permissions.")
    add_to_initial_role_set: bool = strawberry.field(
        description="Whether to add the role to the initial role set, so that its organizations can"
        " use the role immediately.",
        default=False,
    )


@strawberry.input(
    description="The fields of a role to change. Fields that you leave out keep their values."
)
class UpdateRoleInput:
    key: str = strawberry.field(description="The current key of the role to update.")
    new_key: strawberry.Maybe[str | None] = strawberry.field(description="The new key of the role.")
    name: strawberry.Maybe[str | None] = strawberry.field(
        description="The new display name of the role."
    )
    description: strawberry.Maybe[str | None] = strawberry.field(
        description="The new description of what the role is for. Null removes it."
    )
    permissions: strawberry.Maybe[list[str] | None] = strawberry.field(
        description="The keys of the role's permissions, which replace all its current permissions."
    )


@strawberry.input(description="The object to delete, by its key.")
class DeleteByKeyInput:
    key: str = strawberry.field(description="Key of the role, permission, or feature to delete.")


@strawberry.input(description="A custom permission to create.")
class CreatePermissionInput:
    key: str = strawberry.field(
        description="The unique key of the permission, in the form `org:<feature>:<action>`. You"
        " can't change it later."
    )
    name: str = strawberry.field(description="The display name of the permission.")
    description: str | None = strawberry.field(
        description="What the permission allows.", default=None
    )


@strawberry.input(
    description="The fields of a custom permission to change. Fields that you leave out keep their"
    " values."
)
class UpdatePermissionInput:
    key: str = strawberry.field(description="Key of the permission to update.")
    name: strawberry.Maybe[str | None] = strawberry.field(
        description="The new display name of the permission."
    )
    description: strawberry.Maybe[str | None] = strawberry.field(
        description="The new description of what the permission allows. Null removes it."
    )


@strawberry.input(description="A role set to create.")
class CreateRoleSetInput:
    key: str | None = strawberry.field(
        description="The unique key of the role set, such as `role_set:partners`. Defaults to a key"
        " that is derived from the name.",
        default=None,
    )
    name: str = strawberry.field(description="The display name of the role set.")
    description: str | None = strawberry.field(
        description="What the role set is for.", default=None
    )
    roles: list[str] = strawberry.field(description="The keys of the roles in the set, at most 10.")
    default_role: str = strawberry.field(
        description="Key of the role that members get if an input names no role. It must be in the"
        " set."
    )
    creator_role: str = strawberry.field(
        description="Key of the role that the creator of an organization gets. It must be in the"
        " set and have the permissions to manage an organization."
    )


@strawberry.input(
    description="The fields of a role set to change. Fields that you leave out keep their values."
)
class UpdateRoleSetInput:
    key: str = strawberry.field(description="Key of the role set to update.")
    name: strawberry.Maybe[str | None] = strawberry.field(
        description="The new display name of the role set."
    )
    description: strawberry.Maybe[str | None] = strawberry.field(
        description="The new description of what the role set is for. Null removes it."
    )
    add_roles: strawberry.Maybe[list[str] | None] = strawberry.field(
        description="The keys of the roles to add to the set. To remove a role, use"
        " `replaceRoleInRoleSet`."
    )
    default_role: strawberry.Maybe[str | None] = strawberry.field(
        description="Key of the new default role. It must be in the set."
    )
    creator_role: strawberry.Maybe[str | None] = strawberry.field(
        description="Key of the new creator role. It must be in the set and have the permissions to"
        " manage an organization."
    )
    make_initial: strawberry.Maybe[bool | None] = strawberry.field(
        description="True to make this the initial role set, which new organizations get. It can't"
        " be false for the current initial role set."
    )


@strawberry.input(description="A role to remove from a role set, and its replacement.")
class ReplaceRoleInput:
    role_set: str = strawberry.field(description="Key of the role set to change.")
    role: str = strawberry.field(description="Key of the role to remove from the set.")
    with_role: str = strawberry.field(
        description="Key of the role in the same set that its members and pending invitations get"
        " instead."
    )


@strawberry.input(description="A role and its replacement.")
class RoleMappingInput:
    from_: str = strawberry.field(name="from", description="Key of the role that members have now.")
    to: str = strawberry.field(description="Key of the role that they get instead.")


@strawberry.input(description="A role set to delete, and its replacement.")
class ReplaceRoleSetInput:
    key: str = strawberry.field(description="Key of the role set to delete.")
    with_key: str = strawberry.field(
        description="Key of the role set that its organizations get instead."
    )
    mappings: list[RoleMappingInput] | None = strawberry.field(
        description="The replacements of the roles that are in use but not in the new set. Roles"
        " that are in both sets are kept.",
        default=None,
    )


@strawberry.input(description="An organization and its new role set.")
class SetOrganizationRoleSetInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization that gets the role set."
    )
    role_set: str = strawberry.field(description="Key of the new role set.")
    mappings: list[RoleMappingInput] | None = strawberry.field(
        description="The replacements of the roles that the organization uses but that the new set"
        " doesn't contain. Roles that are in both sets are kept.",
        default=None,
    )


def to_mappings(input: ReplaceRoleSetInput | SetOrganizationRoleSetInput) -> Sequence[RoleMapping]:
    return [RoleMapping(mapping.from_, mapping.to) for mapping in input.mappings or []]
