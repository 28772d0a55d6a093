"""Creates and reads roles, permissions and role sets through the API, as the operator does."""

from typing import Any

from tests.support.api import JSON, SERVICE, Answer, Api

PRIMARY = "role_set:primary"
READ, MANAGE, DELETE = (
    "org:sys_memberships:read",
    "org:sys_memberships:manage",
    "org:sys_profile:delete",
)
ROLE = "role { id key name description permissions { key } isCreatorEligible membersCount }"
ROLE_SET = "roleSet { id key name isInitial roles { key } defaultRole { key } creatorRole { key } }"


async def shape(api: Api, field: str, selection: str = "", /, **input: Any) -> Answer:
    """Sends a mutation of the role model, with the secret key."""
    return await api.mutate(field, input, selection, by=SERVICE)


async def make_permission(api: Api, key: str) -> None:
    assert (
        await shape(api, "createPermission", key=key, name=key.partition(":")[2].replace(":", " "))
    ).payload


async def make_role(api: Api, key: str, *permissions: str, initially: bool = False) -> JSON:
    name = key.partition(":")[2].capitalize()
    made = await shape(
        api,
        "createRole",
        ROLE,
        key=key,
        name=name,
        permissions=permissions,
        addToInitialRoleSet=initially,
    )
    return made.payload["role"]


async def make_set(
    api: Api, key: str, *roles: str, default: str | None = None, creator: str = "org:admin"
) -> JSON:
    values = {
        "key": key,
        "name": "Set",
        "roles": roles,
        "defaultRole": default or roles[-1],
        "creatorRole": creator,
    }
    return (await shape(api, "createRoleSet", ROLE_SET, **values)).payload["roleSet"]


async def a_role_model(api: Api) -> None:
    """Creates an unused permission and role, an editor, and a role set of admin and editor."""
    await make_permission(api, "org:reports:read")
    await make_role(api, "org:spare")
    await make_role(api, "org:editor", READ)
    await make_set(api, "role_set:other", "org:admin", "org:editor")


async def role_set(api: Api, key: str = PRIMARY) -> JSON | None:
    """Returns a role set as the secret key sees it; None if it was deleted."""
    found = await api.run(
        f"{{ roleSets {{ {ROLE_SET.removeprefix('roleSet {').removesuffix('}')} }} }}", by=SERVICE
    )
    return next((one for one in found.data["roleSets"] if one["key"] == key), None)


async def role(api: Api, key: str) -> JSON | None:
    found = await api.run(
        f"{{ roles {{ {ROLE.removeprefix('role {').removesuffix('}')} }} }}", by=SERVICE
    )
    return next((one for one in found.data["roles"] if one["key"] == key), None)


async def roles_of(api: Api, organization_id: str) -> dict[str, str]:
    """Returns the role of each member and of each pending invitation, by address."""
    document = """query($id: ID!) { organization(by: { id: $id }) {
        memberships { nodes { user { identifier } role { key } } }
        invitations(statuses: [PENDING]) { nodes { emailAddress role { key } } } } }"""
    found = (await api.run(document, {"id": organization_id}, by=SERVICE)).data["organization"]
    members = {
        one["user"]["identifier"]: one["role"]["key"] for one in found["memberships"]["nodes"]
    }
    return members | {
        one["emailAddress"]: one["role"]["key"] for one in found["invitations"]["nodes"]
    }
