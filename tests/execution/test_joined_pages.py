"""Pages of memberships are joined with what is selected of them, and answer as graphql-core does."""

import pytest

from tests.api.statements.test_statements import a_company, read_by
from tests.execution.test_random_documents import make_api
from tests.support.api import JSON, SERVICE, Api, Caller

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
