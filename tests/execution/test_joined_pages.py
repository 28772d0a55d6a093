"""Pages of memberships are joined with what is selected of them, and answer as graphql-core does."""

import pytest

from tests.api.statements.test_statements import a_company, read_by
from tests.execution.test_random_documents import make_api
from tests.support.api import JSON, SERVICE, Api, Caller
from tests.support.data.factories import Acme

pytestmark = pytest.mark.both_databases

MEMBERS = "organization(by: { id: $id })"
# Each with the tables that it reads besides that of the settings.
DOCUMENTS = {
    # What is selected in several ways is read once.
    "aliases": f"""{MEMBERS} {{ memberships {{
      nodes {{ id user {{ id }} again: user {{ ...Name firstName }} role {{ __typename key }} }}
      edges {{ cursor node {{ user {{ lastName createdAt }} role {{ name updatedAt }} }} }} }} }}""",
    # The list is sorted and searched by the same tables.
    "sorted": f"""{MEMBERS} {{ memberships(
      first: 2, offset: 1, orderBy: {{ field: FIRST_NAME }}, query: "ada", roles: ["org:admin"]
    ) {{ totalCount nodes {{ user {{ identifier publicMetadata }} role {{ key }} }} pageInfo {{ endCursor }} }} }}""",
    "skipped": f"""{MEMBERS} {{ memberships(last: 2) {{
      nodes {{ id user @skip(if: $yes) {{ id }} role @include(if: $yes) {{ key }} }} }} }}""",
    # An address depends on the caller, so the users are loaded by themselves.
    "users": f"""{MEMBERS} {{ memberships {{ nodes {{ user {{ ...Name emailAddress }} role {{ key }} }} }} }}""",
    "mine": """viewer { memberships(orderBy: { field: ORGANIZATION_NAME }) { nodes {
      organization { id name slug imageUrl hasImage createdAt externalId } role { key } } } }""",
    "names": """viewer { memberships { nodes { organization { name updatedAt } }
      edges { node { organization { viewerMembership { id role { key } } } } } } }""",
    "nested": """viewer { memberships(first: 2) { nodes { organization { memberships(first: 2) {
      nodes { createdAt user { ...Name } organization { name } } } } } } }""",
    "all": """organizations(first: 3) { nodes { memberships(first: 2) { nodes {
      privateMetadata user { ...Name } role { key } } } } }""",
}
# What is selected of a page, and the columns of the memberships that aren't read for that.
LEFT_OUT = ["created_at", "updated_at", "public_metadata", "private_metadata"]
METADATA = ["public_metadata", "private_metadata"]
NARROWED = {
    "totalCount": [*METADATA, "created_at", "updated_at"],
    "nodes { __typename role { key } }": [*METADATA, "created_at", "updated_at"],
    "nodes { id user { id } } edges { cursor node { createdAt } }": [*METADATA, "updated_at"],
    "nodes { publicMetadata updatedAt user { identifier } }": ["private_metadata", "created_at"],
    # Whoever resolves these can read anything.
    "nodes { id permissions }": [],
    "nodes { permissions user { identifier } }": [],
    "nodes { id user { emailAddress } }": [],
    "nodes { id } edges { node { organization { id } } }": [],
    "nodes { privateMetadata }": [],
}
READ = {
    "aliases": ["membership", "membership"],
    "sorted": ["membership", "membership", "membership"],
    "skipped": ["membership", "membership"],
    "users": ["membership", "membership", "user"],
    "mine": ["membership"],
    "names": ["membership", "role"],
    "nested": ["membership", "membership", "permission"],
    "all": ["membership", "organization"],
}


async def test_joined_pages(api: Api) -> None:
    graphql_core = make_api(api.store, api.clock, "graphql-core")
    company = await a_company(api, 3, 4)
    callers: dict[str, Caller] = {"all": SERVICE}
    for name, text in DOCUMENTS.items():
        fragment = "fragment Name on User { identifier imageUrl }" if "...Name" in text else ""
        used = [f"{one}!" for one in ("$id: ID", "$yes: Boolean") if one[:3] in text]
        head = f"query({', '.join(used)})" if used else ""
        document = f"{head} {{ {text} }} {fragment}"
        given: JSON = {"id": company.organizations[0]["id"], "yes": True}
        by = callers.get(name, company.viewer)

        found = await api.run(document, given, by=by)
        expected = await graphql_core.run(document, given, by=by)

        assert found.body == expected.body, name
        assert "errors" not in found.body, found.body
        assert await read_by(api, by, document, **given) == ["instance", *READ[name]], name
    await graphql_core.client.aclose()


async def test_a_page_reads_no_column_that_nobody_selects(api: Api, acme: Acme) -> None:
    graphql_core = make_api(api.store, api.clock, "graphql-core")
    texts: list[str] = []
    api.store.listeners.append(texts.append)
    for selected, left_out in NARROWED.items():
        document = f"query($id: ID!) {{ {MEMBERS} {{ memberships {{ pageInfo {{ endCursor }} {selected} }} }} }}"
        expected = await graphql_core.run(document, {"id": acme.id}, by=acme.admin)
        texts.clear()
        found = await api.run(document, {"id": acme.id}, by=acme.admin)

        assert "errors" not in found.body, found.body
        assert found.body == expected.body, selected
        (page,) = [text for text in texts if "ORDER BY membership.id" in text]
        unread = [one for one in LEFT_OUT if f"membership.{one}" not in page]
        assert sorted(unread) == sorted(left_out), selected
    await graphql_core.client.aclose()


async def test_what_others_read_too_is_read_in_full(api: Api, acme: Acme) -> None:
    """The memberships of a user are kept for the guards and `viewerMembership` of organizations."""
    document = """query($id: ID!) { viewer { memberships { nodes { id } } }
      organization(by: { id: $id }) { memberships(first: 1) { nodes { organization {
        viewerMembership { createdAt updatedAt publicMetadata } } } } } }"""
    graphql_core = make_api(api.store, api.clock, "graphql-core")

    found = await api.run(document, {"id": acme.id}, by=acme.admin)
    expected = await graphql_core.run(document, {"id": acme.id}, by=acme.admin)

    assert found.body == expected.body
    assert "errors" not in found.body, found.body
    await graphql_core.client.aclose()
