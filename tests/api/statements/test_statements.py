"""A level of a query is one statement, however wide
it is: each test counts them at 1, 20 and 200 rows.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from models.database.store import Store
from tests.conftest import counted
from tests.support.api import SERVICE, Api, Caller, operation
from tests.support.data.rows import Row, a_membership, a_user, an_organization, ids_by_key, write
from tests.support.data.sessions import bearer_of, mint, open_session, who
from tests.support.database.statements import find_table

# Rows at the deepest level: so many organizations of the viewer, with so many colleagues in each.
WIDTHS = {1: (1, 1), 20: (20, 1), 200: (20, 10)}


@dataclass(frozen=True)
class Company:
    """A viewer, who is a plain member of the
    organizations, whose administrators are the colleagues.
    """

    viewer: Caller
    organizations: list[Row] = field(default_factory=list[Row])
    users: list[Row] = field(default_factory=list[Row])
    memberships: list[Row] = field(default_factory=list[Row])

    async def write(self, store: Store) -> None:
        await write(
            store, user=self.users, organization=self.organizations, membership=self.memberships
        )


async def a_company(api: Api, organizations: int, colleagues: int) -> Company:
    viewer = await api.person(f"viewer{organizations}x{colleagues}@example.com")
    company = Company(viewer)
    roles, role_sets = await ids_by_key(api.store, "role"), await ids_by_key(api.store, "role_set")
    for number in range(organizations):
        users = [
            a_user(f"{number}.{one}.{viewer.email}", "Ada", f"L{one}") for one in range(colleagues)
        ]
        organization = an_organization(
            f"Org {number}", role_sets["role_set:primary"], created_by_id=users[0]["id"]
        )
        company.users.extend(users)
        company.organizations.append(organization)
        company.memberships.append(a_membership(organization["id"], viewer.id, roles["org:member"]))
        company.memberships.extend(
            a_membership(organization["id"], one["id"], roles["org:admin"]) for one in users
        )
    await company.write(api.store)
    return company


def tables(statements: Sequence[str]) -> list[str]:
    """The tables that the statements read."""
    return sorted(map(find_table, statements))


async def read_by(api: Api, caller: Caller, document: str, **variables: object) -> list[str]:
    with counted(api.store) as statements:
        answer = await api.run(document, variables, by=caller)
    assert answer.data
    return tables(statements)


async def assert_same_for_every_viewer(api: Api, document: str, expected: Sequence[str]) -> None:
    for organizations, colleagues in WIDTHS.values():
        company = await a_company(api, organizations, colleagues)
        assert await read_by(api, company.viewer, document) == sorted(expected), (
            organizations,
            colleagues,
        )


async def test_my_organizations_with_their_members_are_eight_statements(api: Api) -> None:
    expected = [
        "instance",  # who calls, with the settings
        "user",  # viewer.user, which canCreateOrganization reads too
        "organization",  # canCreateOrganization: how many the viewer has created
        "membership",  # viewer.memberships with their roles and organizations; the guard of organization.memberships asks for them too
        "membership",  # their totalCount
        "membership",  # membersCount
        "permission",  # the guard: what the viewer's roles hold
        "membership",  # organization.memberships with their roles and users
    ]

    await assert_same_for_every_viewer(api, operation("my-organizations"), expected)


async def test_everything_below_my_organizations_is_fourteen_statements(api: Api) -> None:
    document = """{ viewer {
      memberships(first: 20) {
        totalCount
        nodes {
          permissions role { key permissions { key } isCreatorEligible }
          organization {
            membersCount missingMemberWithElevatedPermissions createdBy { identifier }
            viewerMembership { id } viewerPermissions
            first: viewerCan(permission: "org:sys_profile:manage") second: viewerCan(permission: "org:none:such")
            roles { key permissions { key } }
            roleSet { key roles { key } defaultRole { key } creatorRole { key } }
            memberships(first: 20) {
              totalCount pageInfo { hasNextPage endCursor }
              nodes { permissions role { key permissions { key } } user { identifier } organization { name } }
            } } } } } }"""
    expected = [
        "instance",  # who calls, with the settings
        "membership",  # viewer.memberships with their roles and organizations; viewerMembership, viewerCan and the guards need them too
        "membership",  # their totalCount
        "permission",  # what these hold: role.permissions, permissions, viewerPermissions, viewerCan, the guard
        "membership",  # membersCount
        "organization",  # missingMemberWithElevatedPermissions
        "role_set",  # roleSet
        "role",  # roles, and roleSet.roles
        "membership",  # createdBy: whether the creator is still a member
        "user",  # createdBy
        "permission",  # what those of the roles hold that the viewer does not have
        "membership",  # organization.memberships with their roles and users
        "membership",  # their totalCount
        "role",  # roleSet.defaultRole and creatorRole
    ]

    await assert_same_for_every_viewer(api, document, expected)


async def test_the_members_of_one_organization_are_four_statements(api: Api) -> None:
    for colleagues in (1, 20, 99):
        company = await a_company(api, 1, colleagues)
        variables = {"organizationId": company.organizations[0]["id"], "first": 100}

        read = await read_by(api, company.viewer, operation("members"), **variables)

        assert (
            read
            == [
                "instance",  # who calls, with the settings
                "membership",  # the organization with what the viewer's role holds, which the guard asks for too
                "membership",  # the page with its roles and users
                "membership",  # totalCount
            ]
        )


async def test_all_organizations_for_a_secret_key_are_fourteen_statements(api: Api) -> None:
    document = """query($first: Int!) { organizations(first: $first) {
      totalCount
      nodes {
        privateMetadata membersCount missingMemberWithElevatedPermissions createdBy { emailAddress }
        viewerMembership { id } viewerPermissions
        first: viewerCan(permission: "org:sys_profile:manage") second: viewerCan(permission: "org:none:such")
        roles { key membersCount permissions { key } }
        memberships(first: 15) { nodes {
          role { key }
          user { privateMetadata memberships(first: 15) { totalCount nodes { organization { name } } } }
        } } } } }"""
    await a_company(api, 20, 10)

    for first in (1, 20):
        assert await read_by(api, SERVICE, document, first=first) == sorted(
            [
                "instance",  # the settings; the key stands in them
                "organization",  # the page
                "organization",  # totalCount
                "membership",  # membersCount
                "organization",  # missingMemberWithElevatedPermissions
                "user",  # createdBy
                "permission",  # viewerPermissions and viewerCan: all permissions
                "role",  # roles
                "membership",  # roles.membersCount
                "permission",  # roles.permissions
                "membership",  # memberships with their roles
                "user",  # the users in them
                "membership",  # user.memberships with their organizations
                "membership",  # their totalCount
            ]
        )


async def test_all_users_with_their_organizations_are_four_statements(api: Api) -> None:
    document = """query($first: Int!) { users(first: $first) {
      totalCount nodes { emailAddress memberships { nodes { organization { name } } } } } }"""
    await a_company(api, 20, 10)

    for first in (1, 20, 100):
        read = await read_by(api, SERVICE, document, first=first)

        assert read == ["instance", "membership", "user", "user"]


@pytest.mark.both_databases
@pytest.mark.parametrize("width", [1, 20])
async def test_objects_by_id_are_at_most_two_statements_a_type(api: Api, width: int) -> None:
    company = await a_company(api, 20, 1)
    ids = [row["id"] for rows in (company.organizations, company.users) for row in rows[:width]]
    ids += [row["id"] for row in company.memberships[: 2 * width]]
    ids += (await ids_by_key(api.store, "role")).values()
    ids += (await ids_by_key(api.store, "permission")).values()

    read = await read_by(
        api, company.viewer, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids
    )

    assert read == sorted(
        [
            "instance",  # who calls, with the settings
            "membership",  # the organizations with the viewer's memberships in them
            "membership",  # whether the viewer shares an organization with the users
            "user",  # the users
            "membership",  # the memberships, of which only the visible ones are read
            "role",  # the roles
            "permission",  # the permissions
        ]
    )


async def test_one_permission_asked_for_often_is_asked_for_once(api: Api) -> None:
    company = await a_company(api, 20, 1)
    verbs = [
        (one["id"], verb) for one in company.organizations[:7] for verb in ("manage", "delete")
    ]
    decision = "checkPermission(organizationId: %r, permission: %r) { allowed role { key } }"
    asked = " ".join(
        f"c{n}: {decision % (id, f'org:sys_profile:{verb}')}" for n, (id, verb) in enumerate(verbs)
    )

    read = await read_by(api, company.viewer, f"{{ {asked} }}".replace("'", '"'))

    # Whether there is such a permission is read for those that are not granted.
    # The role is read with the membership.
    assert read == ["instance", "membership", "permission"]


TOTALS = {
    "viewer memberships": "{ viewer { memberships { %s nodes { id } } } }",
    "members": "{ viewer { memberships { nodes { organization { memberships { %s nodes { id } } }"
    " } } } }",
}
ALL_TOTALS = {
    "organizations": "{ organizations { %s nodes { id } } }",
    "users": "{ users { %s nodes { id } } }",
    "members": "{ organizations { nodes { memberships { %s nodes { id } } } } }",
    "user's memberships": "{ users { nodes { memberships { %s nodes { id } } } } }",
}


async def test_a_total_is_counted_only_when_it_is_selected(api: Api) -> None:
    company = await a_company(api, 2, 1)
    documents = [(company.viewer, one) for one in TOTALS.values()] + [
        (SERVICE, one) for one in ALL_TOTALS.values()
    ]

    for caller, document in documents:
        without = await read_by(api, caller, document % "")
        with_total = await read_by(api, caller, document % "totalCount")

        assert len(with_total) == len(without) + 1, document


async def test_a_page_is_cut_by_the_database(api: Api) -> None:
    company = await a_company(api, 20, 1)

    with counted(api.store) as statements:
        await api.run(operation("my-organizations"), by=company.viewer)

    sorted_ = [statement for statement in statements if "ORDER BY membership.id DESC" in statement]
    assert [statement.count("LIMIT") for statement in sorted_] == [1, 1]


# ----------------------------------------------------------------------------------------- sessions


async def a_session_of(api: Api, company: Company) -> tuple[str, Caller]:
    """A session in the first organization, and the bearer
    of its token; the signing keys are read by now.
    """
    organization_id = company.organizations[0]["id"]
    opened = await open_session(api, by=company.viewer, organizationId=organization_id)
    bearer = bearer_of(opened)
    assert (await who(api, by=bearer))["activeOrganization"] == {"id": organization_id}
    return opened.payload["session"]["id"], bearer


@pytest.mark.parametrize("format", ["V2", "V1", "LEGACY"])
async def test_a_token_costs_one_statement_and_once_a_minute_a_second(
    api: Api, format: str
) -> None:
    company = await a_company(api, 20, 1)
    session_id, _ = await a_session_of(api, company)
    document = f"""mutation($id: ID!) {{ createSessionToken(input: {{sessionId: $id, format: {format}}}) {{
        session {{ id lastActiveAt }} token {{ jwt }} userErrors {{ code }} }} }}"""

    async def mint_after(seconds: int) -> tuple[list[str], str]:
        api.clock.forward(seconds=seconds)
        with counted(api.store) as statements:
            answer = await api.run(document, {"id": session_id}, by=company.viewer)
        return [re.split(r"\s", one)[0] for one in statements], answer.payload["session"][
            "lastActiveAt"
        ]

    who_calls, minted, touched = "SELECT", "SELECT", "UPDATE"
    first = await mint_after(59)
    second = await mint_after(1)
    third = await mint_after(59)

    assert first[0] == third[0] == [who_calls, minted]
    assert second[0] == [who_calls, minted, touched]
    assert first[1] < second[1] == third[1]


WATCHED = (
    "CREATE TABLE watched (session_id TEXT)",
    "CREATE TRIGGER watch AFTER UPDATE ON session BEGIN INSERT INTO watched VALUES (new.id); END",
)


@pytest.mark.both_databases
async def test_of_many_who_mint_at_once_one_writes(api: Api) -> None:
    if not api.store.is_sqlite:
        pytest.skip("The trigger that counts is written for SQLite.")
    company = await a_company(api, 1, 1)
    session_id, _ = await a_session_of(api, company)
    async with api.store.write() as session:
        for statement in WATCHED:
            await session.execute(text(statement))
    api.clock.forward(minutes=1)

    answers = await asyncio.gather(*(mint(api, session_id, by=company.viewer) for _ in range(10)))

    assert all(answer.payload for answer in answers)
    async with api.store.read() as connection:
        assert (await connection.execute(text("SELECT session_id FROM watched"))).scalars() == [
            session_id
        ]


async def test_a_session_token_is_one_statement_to_know_who_calls(api: Api) -> None:
    company = await a_company(api, 1, 1)
    _, bearer = await a_session_of(api, company)

    assert await read_by(api, bearer, "{ instance { membershipMode } }") == ["instance"]
    assert await read_by(api, bearer, "{ viewer { user { id } } }") == ["instance", "user"]


async def test_where_the_bearer_is_at_home_is_ten_statements(api: Api) -> None:
    company = await a_company(api, 1, 1)
    _, bearer = await a_session_of(api, company)
    expected = [
        "instance",  # who calls, with the settings
        "session",  # viewer.session
        "membership",  # activeMembership, which activeOrganization needs too
        "organization",  # activeOrganization, which is lastActiveOrganization too
        "role",  # activeMembership.role
        "permission",  # activeMembership.permissions
        "user",  # viewer.user
        "session",  # user.sessions
        "session",  # their totalCount
        "membership",  # where they are, for lastActiveOrganization
    ]

    for number in (1, 20):
        for _ in range(number - 1):
            await open_session(
                api, by=company.viewer, organizationId=company.organizations[0]["id"]
            )
        assert await read_by(api, bearer, operation("sessions")) == sorted(expected), number
