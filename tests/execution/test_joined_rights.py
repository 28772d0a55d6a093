"""Rows that are joined, and guards that decide for several organizations at once, show nobody more
than graphql-core does, which reads and decides for each object.
"""

from collections.abc import Mapping

import orjson
import pytest

from models.keys.scopes import KeyScope
from models.roles import MEMBERSHIPS_READ
from resolvers.queries.loaders import Loaders
from tests.execution.test_random_documents import by_path, make_api
from tests.support.api import NOBODY, SERVICE, Api, Caller
from tests.support.data.api_keys import create_key
from tests.support.data.factories import a_member, a_role, an_organization
from tests.support.data.keys import a_key

USER = "id identifier emailAddress externalId privateMetadata createOrganizationsLimit"
COLUMNS = "user { id identifier publicMetadata } role { key } organization { name slug }"
MEMBERS = f"""memberships {{ totalCount nodes {{ privateMetadata {COLUMNS} }}
  edges {{ node {{ user {{ {USER} }} organization {{ name privateMetadata membersCount }} }} }} }}"""
# Another selection of the same rows, so that not all of them are joined.
FEW = "memberships(first: 1) { nodes { id user { identifier } role { id membersCount } } }"
DOCUMENTS = [
    "query($a: ID!, $b: ID!, $c: ID!) {"
    f" a: organization(by: {{ id: $a }}) {{ id {MEMBERS} }}"
    f" b: organization(by: {{ id: $b }}) {{ id {MEMBERS} }}"
    f" c: organization(by: {{ id: $c }}) {{ id {MEMBERS} }} }}",
    "query($a: ID!, $b: ID!, $c: ID!) { nodes(ids: [$a, $b, $c]) { id"
    f" ... on Organization {{ {FEW} all: {MEMBERS} }} }} }}",
    f"{{ viewer {{ memberships {{ nodes {{ id {COLUMNS} organization {{ id {FEW} all: {MEMBERS} }} }} }} }} }}",
    f"{{ viewer {{ memberships {{ edges {{ node {{ organization {{ {FEW} }} }} }} }} }} }}",
    "query($user: ID!) { node(id: $user) { ... on User {"
    f" {USER} memberships {{ nodes {{ {COLUMNS} organization {{ {FEW} }} }} }} }} }} }}",
    f"{{ organizations {{ nodes {{ id {MEMBERS} }} }} users {{ nodes {{ {USER} {FEW} }} }} }}",
]

# The organizations whose members each caller reads in the first document.
READABLE = {
    "admin": "abc",
    "member": "a",
    "outsider": "",
    "nobody": "",
    "service": "abc",
    "API key": "a",
    "blind API key": "",
    "scoped key": "abc",
    "key of one organization": "a",
    "both": "a",
}


@pytest.mark.both_databases
async def test_nobody_reads_more_by_a_join(api: Api) -> None:
    graphql_core = make_api(api.store, api.clock, "graphql-core")
    ada, grace = await api.person("ada@example.com"), await api.person("grace@example.com")
    ids = [await an_organization(api, by=ada, name=name) for name in ("Red", "Green", "Blue")]
    red, green, _ = ids
    await a_role(api, "org:blind", [])
    await a_member(api, red, grace, "org:member")
    await a_member(api, green, grace, "org:blind")
    answer = await create_key(api, red, (MEMBERSHIPS_READ,), by=ada)
    blind = await create_key(api, red, (), by=ada)
    scopes = (KeyScope.ORGANIZATIONS_READ, KeyScope.MEMBERSHIPS_READ)
    callers: Mapping[str, Caller] = {
        "admin": ada,
        "member": grace,
        "outsider": await api.person("mallory@example.com"),
        "nobody": NOBODY,
        "service": SERVICE,
        "API key": Caller(f"Bearer {answer.payload['secret']}"),
        "blind API key": Caller(f"Bearer {blind.payload['secret']}"),
        "scoped key": (await a_key(api, scopes=scopes))[1],
        "key of one organization": (await a_key(api, organization_ids=[red]))[1],
        "both": (await a_key(api, scopes=scopes, organization_ids=[red]))[1],
    }
    for name, by in callers.items():
        for number, document in enumerate(DOCUMENTS):
            given = dict(zip("abc", ids, strict=True)) | {"user": ada.id}
            variables = {one: value for one, value in given.items() if f"${one}:" in document}

            found = await api.run(document, variables, by=by)
            expected = await graphql_core.run(document, variables, by=by)

            assert found.status == expected.status, (name, number, found.body)
            data, wanted = found.body.get("data"), expected.body.get("data")
            assert orjson.dumps(data) == orjson.dumps(wanted), (name, number)
            errors = found.body.get("errors", [])
            assert by_path(errors) == by_path(expected.body.get("errors", [])), (name, number)
            if number == 0:
                shown = found.body["data"]
                readable = {one for one in "abc" if shown[one] and shown[one]["memberships"]}
                assert readable == {*READABLE[name]}, name
    await graphql_core.client.aclose()


@pytest.mark.parametrize("has_plans", [False, True])
async def test_what_is_known_already_changes_no_permission(api: Api, has_plans: bool) -> None:
    ada, grace = await api.person("ada@example.com"), await api.person("grace@example.com")
    ids = [await an_organization(api, by=ada, name=name) for name in ("Red", "Green", "Blue")]
    await a_role(api, "org:reader", [MEMBERSHIPS_READ])
    await a_role(api, "org:blind", [])
    await a_member(api, ids[0], grace, "org:reader")
    await a_member(api, ids[1], grace, "org:blind")

    for known in ([], ids[1:2], ids[1:], ids[2:], ids):
        loaders = Loaders(api.store, api.clock, has_plans=has_plans)
        await loaders.memberships.load_many([(id, grace.id) for id in known])

        held = await loaders.load_permission_keys_in(ids, grace.id)

        assert held == [{MEMBERSHIPS_READ}, frozenset(), None], known
        assert [await loaders.load_permission_keys(id, grace.id) for id in ids] == held
