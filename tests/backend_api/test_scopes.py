"""Narrowed secret keys at the Backend API: the scopes are those of GraphQL (rules 73 and 88)."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from server.http.backend.router import ENDPOINTS
from tests.backend_api.instance_steps import INSTANCE_STEPS
from tests.backend_api.organization_steps import ORGANIZATION_STEPS
from tests.support.api import SERVICE, Api, Caller, contents
from tests.support.backend_api import Backend
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.http import ONLY_SQLITE

SDL = Path(__file__).parents[2] / "graphql" / "schema.graphql"
MUTATION = re.compile(
    r'^  (\w+)\(\n(?:    .*\n)+  \): .*@requires\(.*scope: "([\w:]+)"', re.MULTILINE
)


async def a_key(api: Api, **input: Any) -> Backend:
    """A service with a narrowed key."""
    answer = await api.mutate("createSecretKey", {"name": "CI", **input}, "secret", by=SERVICE)
    return Backend(api, Caller(f"Bearer {answer.payload['secret']}"))


def test_an_endpoint_has_the_scope_of_its_mutation() -> None:
    scopes = dict(MUTATION.findall(SDL.read_text()))
    patterns = [
        (one, re.compile(f"/v1{re.sub(r'{[^}]+}', '[^/]+', one.path.removeprefix('/v1'))}"))
        for one in ENDPOINTS
    ]
    for step in [*ORGANIZATION_STEPS, *INSTANCE_STEPS]:
        path = f"/v1{step.path}"
        (endpoint,) = [
            one for one, known in patterns if one.method == step.method and known.fullmatch(path)
        ]
        if endpoint.path.endswith("/organization_settings") and step.mutation == "updateRoleSet":
            # Demands the scope of roles if it's given roles.
            continue
        assert endpoint.scope.value == scopes[step.mutation], step


@ONLY_SQLITE
async def test_every_endpoint_needs_its_scope(api: Api, acme: Acme) -> None:
    narrowed = await a_key(api, scopes=["events:read"])
    before = await contents(api.store)
    for endpoint in ENDPOINTS:
        path = re.sub(r"{\w+}", "x", endpoint.path)
        response = await replace(narrowed, root="").send(endpoint.method, path)
        (error,) = response.json()["errors"]
        assert (response.status_code, error["code"]) == (403, "missing_scope"), path
        assert error["meta"] == {"scopes": [endpoint.scope.value]}
    assert await contents(api.store) == before


async def test_a_key_for_certain_organizations_reaches_no_others(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    await Backend(api).change("POST", f"/organizations/{other}/domains", {"name": "other.com"})
    narrowed = await a_key(api, organizationIds=[acme.id])
    for path, name in (
        ("/organizations", "id"),
        ("/organization_memberships", "organization"),
        ("/organization_domains", "organization_id"),
    ):
        found = await narrowed.get(path)
        assert len(found["data"]) == found["total_count"]
        owners = [one[name]["id"] if name == "organization" else one[name] for one in found["data"]]
        assert set(owners) <= {acme.id}, path
    assert (await narrowed.get("/organizations"))["total_count"] == 1
    assert (await narrowed.get("/organization_memberships"))["total_count"] == 2

    users = await narrowed.get("/users")
    assert {user["id"] for user in users} == {acme.admin.id, acme.member.id}
    assert (await narrowed.get("/users/count"))["total_count"] == 2
    await a_member(api, other, acme.member)
    # Who is a member of other organizations as well stays hidden.
    assert await narrowed.get("/users", organization_id=other) == []
    assert (await narrowed.get("/users/count", organization_id=other))["total_count"] == 0
    joined = await narrowed.get(f"/users/{acme.member.id}/organization_memberships")
    assert [one["organization"]["id"] for one in joined["data"]] == [acme.id]
    invitation = {"email_address": acme.admin.email, "role": "org:member"}
    await Backend(api).change("POST", f"/organizations/{other}/invitations", invitation)
    path = f"/users/{acme.admin.id}/organization_invitations"
    assert (await Backend(api).get(path))["total_count"] == 1
    assert await narrowed.get(path) == {"data": [], "total_count": 0}
    before = await contents(api.store)
    stranger = f"/users/{acme.outsider.id}"
    refusals: list[tuple[str, str, Any, int, str]] = [
        ("GET", stranger, None, 404, "resource_not_found"),
        ("GET", f"{stranger}/organization_memberships", None, 404, "resource_not_found"),
        ("PATCH", stranger, {"first_name": "M"}, 403, "organization_scoped_key"),
        ("GET", f"/sessions?user_id={acme.admin.id}", None, 403, "organization_scoped_key"),
        ("GET", "/sessions/sess_1", None, 403, "organization_scoped_key"),
        (
            "GET",
            f"/users/{acme.admin.id}/billing/subscription",
            None,
            403,
            "organization_scoped_key",
        ),
        ("GET", f"/organizations/{other}", None, 404, "resource_not_found"),
        ("GET", "/organizations/other", None, 404, "resource_not_found"),
        ("GET", f"/organizations/{other}/memberships", None, 404, "resource_not_found"),
        ("PATCH", f"/organizations/{other}", {"name": "Mine"}, 404, "resource_not_found"),
        ("DELETE", f"/organizations/{other}", None, 404, "resource_not_found"),
        ("POST", "/organizations", {"name": "New"}, 403, "organization_scoped_key"),
    ]
    for method, path, body, status, code in refusals:
        found = await narrowed.refuse(method, path, body)
        assert (found[0], found[1][0].split()[0]) == (status, code), path
    assert await contents(api.store) == before
    assert (await narrowed.change("PATCH", f"/organizations/{acme.id}", {"name": "A"}))[
        "name"
    ] == "A"


@ONLY_SQLITE
async def test_no_endpoint_leads_to_another_organization(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    service, narrowed = Backend(api), await a_key(api, organizationIds=[other])
    path, new = (
        f"/organizations/{acme.id}",
        {"email_address": "a@example.com", "role": "org:member"},
    )
    invitation = await service.change("POST", f"{path}/invitations", new)
    domain = {"name": "acme.com", "verified": False}
    names = {
        "organization_id": acme.id,
        "user_id": acme.member.id,
        "invitation_id": invitation["id"],
        "domain_id": (await service.change("POST", f"{path}/domains", domain))["id"],
    }
    # What would succeed with a key for the organization.
    bodies: dict[tuple[str, str], Any] = {
        ("PATCH", ""): {"name": "Mine", "role_set_key": "role_set:primary"},
        ("PATCH", "/metadata"): {"public_metadata": {"a": 1}},
        ("PUT", "/metadata"): {"public_metadata": {"a": 1}},
        ("POST", "/memberships"): {"user_id": acme.outsider.id, "role": "org:member"},
        ("PATCH", "/memberships/{user_id}"): {"role": "org:admin"},
        ("PATCH", "/memberships/{user_id}/metadata"): {"public_metadata": {"a": 1}},
        ("POST", "/invitations"): new | {"email_address": "b@example.com"},
        ("POST", "/invitations/bulk"): [new | {"email_address": "b@example.com"}],
        ("POST", "/domains"): {"name": "example.org"},
        ("PATCH", "/domains/{domain_id}"): {},
    }
    before = await contents(api.store)
    root = "/v1/organizations/{organization_id}"
    for endpoint in ENDPOINTS:
        # The input of a logo is a file.
        if endpoint.path.startswith(root) and endpoint.read is None:
            body = bodies.pop((endpoint.method, endpoint.path.removeprefix(root)), None)
            path = endpoint.path.removeprefix("/v1").format(**names)
            refused = await narrowed.refuse(endpoint.method, path, body)
            assert refused == (404, ["resource_not_found"]), endpoint
    assert not bodies
    assert await contents(api.store) == before


async def test_private_metadata_need_scopes_of_their_own(api: Api, acme: Acme) -> None:
    path = f"/organizations/{acme.id}"
    await Backend(api).change("PUT", f"{path}/metadata", {"private_metadata": {"a": 1}})
    writer = await a_key(api, scopes=["organizations:write"])
    assert (await writer.get(path))["private_metadata"] is None
    before = await contents(api.store)
    refused = await writer.refuse("PUT", f"{path}/metadata", {"private_metadata": {}})
    assert refused == (403, ["missing_scope"])
    assert await contents(api.store) == before
    reader = await a_key(api, scopes=["organizations:read", "private_metadata:read"])
    assert (await reader.get(path))["private_metadata"] == {"a": 1}


@ONLY_SQLITE
async def test_the_roles_of_new_organizations_need_the_scope_of_roles(api: Api, acme: Acme) -> None:
    path, narrowed = "/instance/organization_settings", await a_key(api, scopes=["instance:write"])
    before = await contents(api.store)
    for name in ("creator_role_id", "domains_default_role_id"):
        refused = await narrowed.refuse("PATCH", path, {name: "org:admin", "slug_disabled": True})
        assert refused == (403, ["missing_scope"])
    assert await contents(api.store) == before
    changed = await narrowed.change("PATCH", path, {"slug_disabled": True})
    assert changed["slug_disabled"] is True
    both = await a_key(api, scopes=["instance:write", "roles:write"])
    changed = await both.change("PATCH", path, {"domains_default_role_id": "org:admin"})
    assert changed["domains_default_role"] == "org:admin"
