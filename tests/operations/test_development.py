"""What a development server brings along: the demo company,
who to be in it, and documents that run with one click.
"""

import json
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from graphql import (
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
)

from models.database.store import Store
from models.errors.input import FormatInvalid
from server.development.demo_company import load_demo
from server.development.files import read_or_create
from server.development.issuer import DevelopmentIssuer
from server.development.stamp import AlreadyInUse, stamp
from server.http.app import DevelopmentExtras
from server.http.pages.graphiql import Document
from server.settings import names
from tests.support.api import Answer, Api, Caller, contents
from tests.support.data.factories import Acme
from tests.support.data.invitations import codes
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import listening
from tests.support.processes.development import callers, demo_server, prepared
from tests.support.servers.dns import name_server

ADA = "Ada Lovelace"


# ------------------------------------------------------------------------------------- demo company


async def test_the_demo_company_has_an_admin_members_and_an_outsider(
    store: Store, tmp_path: Path
) -> None:
    extra, api = await prepared(store, tmp_path)
    query = """{ viewer { user { firstName } memberships { nodes {
      role { key } organization { name membersCount } } } } }"""

    seen = {
        label: (await api.run(query, by=caller)).data["viewer"]
        for label, caller in callers(extra).items()
    }

    def memberships(label: str) -> set[tuple[str, str, int]]:
        nodes = seen[label]["memberships"]["nodes"]
        return {
            (n["organization"]["name"], n["role"]["key"], n["organization"]["membersCount"])
            for n in nodes
        }

    assert memberships(ADA) == {
        ("Analytical Engines", "org:admin", 4),
        ("Difference Lab", "org:admin", 2),
    }
    assert memberships("Grace Hopper") == {
        ("Analytical Engines", "org:member", 4),
        ("Difference Lab", "org:member", 2),
    }
    assert memberships("Mallory Archer") == set()
    assert seen["Mallory Archer"]["user"]["firstName"] == "Mallory"
    assert seen["Secret key"] is seen["Nobody"] is None
    await api.client.aclose()


async def test_people_of_the_demo_company_have_both_names(store: Store, tmp_path: Path) -> None:
    extra, api = await prepared(store, tmp_path)
    document = """{ organizations(query: "analytical") { nodes {
        memberships { nodes { user { identifier firstName lastName } } }
        membershipRequests { nodes { user { identifier firstName lastName } } } } } }"""

    answer = await api.run(document, by=callers(extra)["Secret key"])
    (company,) = answer.data["organizations"]["nodes"]
    nodes = [*company["memberships"]["nodes"], *company["membershipRequests"]["nodes"]]
    names = {
        one["user"]["identifier"]: (one["user"]["firstName"], one["user"]["lastName"])
        for one in nodes
    }

    assert names == {
        "ada@example.com": ("Ada", "Lovelace"),
        "grace@example.com": ("Grace", "Hopper"),
        "margaret@example.com": ("Margaret", "Hamilton"),
        "katherine@example.com": ("Katherine", "Johnson"),
        "hedy@analytical.example": ("Hedy", "Lamarr"),
        "emmy@analytical.example": ("Emmy", "Noether"),
    }
    await api.client.aclose()


async def test_the_demo_company_is_loaded_once(store: Store, tmp_path: Path) -> None:
    await load_demo(demo_server(store))
    before = await contents(store)

    await load_demo(demo_server(store))

    assert await contents(store) == before


async def test_a_database_that_holds_an_organization_gets_no_demo(api: Api, acme: Acme) -> None:
    before = await contents(api.store)

    await load_demo(api.server)

    assert await contents(api.store) == before


async def test_a_development_server_marks_its_database_once(store: Store, tmp_path: Path) -> None:
    await stamp(store)
    await load_demo(demo_server(store))
    before = await contents(store)

    await stamp(store)

    assert before["instance"][0][1] == "development"
    assert await contents(store) == before


async def test_a_database_that_others_use_is_left_alone(api: Api, acme: Acme) -> None:
    before = await contents(api.store)

    with pytest.raises(AlreadyInUse, match="wasn't created by a development server"):
        await stamp(api.store)

    assert await contents(api.store) == before


@ONLY_SQLITE
async def test_a_page_that_is_loaded_days_later_is_signed_in_still(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra, api = await prepared(store, tmp_path)
    later = int(time.time()) + 3 * 86_400
    monkeypatch.setattr(time, "time", lambda: later)

    ada = callers(extra)[ADA]

    claims = jwt.decode(
        (ada.authorization or "").removeprefix("Bearer "), options={"verify_signature": False}
    )
    assert claims["exp"] > later
    await api.client.aclose()


# ---------------------------------------------------------------------------------- ready documents

# Who runs a ready document, where it is not the admin that the page is signed in as.
BY = {
    **dict.fromkeys(("AddMember", "AddMembers", "CreateUsers"), "Secret key"),
    "LeaveOrganization": "Grace Hopper",
    "MyInvitations": "Mallory Archer",
    "AcceptInvitation": "Mallory Archer",
    "DeclineInvitation": "Mallory Archer",
    **dict.fromkeys(
        ("RoleModel", "CreatePermission", "CreateRole", "UpdateRole", "ReplaceRole"), "Secret key"
    ),
    **dict.fromkeys(("CreateWebhookEndpoint", "WebhookDeliveries"), "Secret key"),
    **dict.fromkeys(("EnableBilling", "Plans", "CreatePlan", "SetSubscription"), "Secret key"),
    **dict.fromkeys(("ReplayWebhookDeliveries", "RotateWebhookSecret"), "Secret key"),
    **dict.fromkeys(("CreateSecretKey", "SecretKeys", "RevokeSecretKey"), "Secret key"),
    **dict.fromkeys(("VerifyDomain", "AllDomains"), "Secret key"),
    **dict.fromkeys(("OrganizationByExternalId", "VerifyApiKey"), "Secret key"),
    **dict.fromkeys(("MySuggestions", "AcceptSuggestion"), "Dorothy Vaughan"),
}


def unfilled(document: Document) -> list[str]:
    """The variables that have to be given and are not."""
    operations = [
        node
        for node in parse(document.query).definitions
        if isinstance(node, OperationDefinitionNode)
    ]
    required = [
        one.variable.name.value
        for operation in operations
        for one in operation.variable_definitions or ()
        if isinstance(one.type, NonNullTypeNode) and one.default_value is None
    ]
    return [name for name in required if name not in document.variables]


def is_subscription(document: Document) -> bool:
    operation = get_operation_ast(parse(document.query))
    return operation is not None and operation.operation is OperationType.SUBSCRIPTION


async def first_event(port: int, document: Document, by: Caller) -> Answer:
    """What a subscription says first, when it is asked for all that has happened."""
    body = {"query": document.query, "variables": {**document.variables, "after": "0"}}
    headers = {"authorization": by.authorization or "", "accept": "text/event-stream"}
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
        client.stream("POST", "/graphql", json=body, headers=headers) as response,
    ):
        async for line in response.aiter_lines():
            if line.startswith("data: "):
                return Answer(response.status_code, json.loads(line.removeprefix("data: ")))
    raise AssertionError(f"{document.name} says nothing")


@ONLY_SQLITE
async def test_every_ready_document_runs_as_it_is(store: Store, tmp_path: Path) -> None:
    async with name_server() as dns:
        extra, api = await prepared(store, tmp_path, dns_servers=[dns.setting])
        await run_every_document(extra, api)


async def run_every_document(extra: DevelopmentExtras, api: Api) -> None:
    people = callers(extra)

    async with listening(api.app) as port:
        for document in extra.documents:
            assert unfilled(document) == [], document.name
            variables: dict[str, Any] = document.variables
            by = people[BY.get(document.name, ADA)]
            listens = is_subscription(document)
            answer = await (
                first_event(port, document, by)
                if listens
                else api.run(document.query, variables, by=by)
            )
            if document.name == "AttemptDomainOwnership":
                # Nobody can publish a record for the domain of the demo.
                assert codes(answer) == ["domain_record_not_found"]
                continue
            for payload in answer.data.values():
                assert payload is not None, document.name
                assert isinstance(payload, list) or payload.get("userErrors", []) == [], (
                    document.name
                )

        company = 'query { organizations(query: "analytical") { nodes { name membersCount } } }'
        (left,) = (await api.run(company, by=callers(extra)["Secret key"])).data["organizations"][
            "nodes"
        ]
    assert len(extra.documents) >= 20
    assert any(is_subscription(document) for document in extra.documents)
    assert left == {"name": "Analytical Engines Ltd", "membersCount": 6}
    await api.client.aclose()


@ONLY_SQLITE
async def test_the_ready_values_outlive_a_new_name(store: Store, tmp_path: Path) -> None:
    extra, api = await prepared(store, tmp_path)
    renaming = next(one for one in extra.documents if one.name == "UpdateOrganization")
    await api.run(renaming.query, renaming.variables, by=callers(extra)[ADA])

    again, _ = await prepared(store, tmp_path)

    assert [one.variables for one in again.documents] == [one.variables for one in extra.documents]
    await api.client.aclose()


@ONLY_SQLITE
async def test_without_the_demo_company_people_promise_nothing(
    store: Store, tmp_path: Path
) -> None:
    extra, api = await prepared(store, tmp_path, demo=False)

    details = [identity.detail for identity in extra.identities()]
    members = next(one for one in extra.documents if one.name == "Members")

    assert details == ["", "", "", "", "a service with full access", "no credential"]
    assert members.variables["organizationId"] == "org_…"
    assert (await api.run("{ viewer { user { firstName } } }", by=callers(extra)[ADA])).data[
        "viewer"
    ]["user"]
    await api.client.aclose()


# ------------------------------------------------------------------------------------------- issuer


def test_a_private_file_is_made_once_whoever_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret"

    def read(number: int) -> str:
        return read_or_create(path, lambda: f"text {number}" * 1_000)

    with ThreadPoolExecutor(16) as pool:
        texts = set(pool.map(read, range(200)))

    assert len(texts) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["secret"]


def test_the_issuer_keeps_its_key(tmp_path: Path) -> None:
    token = DevelopmentIssuer(tmp_path).token("ada@example.com")

    claims = jwt.decode(
        token, DevelopmentIssuer(tmp_path).public_key(), algorithms=["EdDSA"], audience="tenantry"
    )

    assert claims["iss"] == names.ISSUER == "urn:tenantry:development"
    assert (claims["given_name"], claims["family_name"], claims["email_verified"]) == (
        "Ada",
        "Lovelace",
        True,
    )


def test_a_person_is_the_same_however_the_address_is_written(tmp_path: Path) -> None:
    idp = DevelopmentIssuer(tmp_path)
    tokens = [
        idp.token("Ada@EXAMPLE.com"),
        idp.token("ada@example.com"),
        idp.token("ada@example.com", subject="x"),
    ]

    claims = [jwt.decode(token, options={"verify_signature": False}) for token in tokens]

    assert [one["sub"] for one in claims] == ["dev|ada@example.com", "dev|ada@example.com", "x"]
    with pytest.raises(FormatInvalid):
        idp.token("ada")
