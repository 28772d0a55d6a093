"""What a form to create an organization asks: whether a slug is free, and what to begin with."""

from typing import Any

import pytest

from models.validation.slugs import RESERVED_SLUGS
from tests.conftest import counted
from tests.support.api import JSON, NOBODY, SERVICE, Answer, Api, Caller
from tests.support.data.domains import created, verified
from tests.support.data.factories import Acme, an_organization

CHECK = """query($slug: String!, $id: ID) { slugAvailability(slug: $slug, organizationId: $id) {
    available code message suggestion } }"""
DEFAULTS = "{ viewer { organizationCreationDefaults { name slug advisory } } }"
FREE = {"available": True, "code": None, "message": None, "suggestion": None}


async def check(api: Api, slug: str, *, by: Caller, id: str | None = None) -> JSON:
    return (await api.run(CHECK, {"slug": slug, "id": id}, by=by)).data["slugAvailability"]


async def create(api: Api, slug: str, *, by: Caller) -> Answer:
    return await api.mutate("createOrganization", {"name": "New", "slug": slug}, by=by)


async def set_instance(api: Api, **input: Any) -> None:
    assert (await api.mutate("updateInstance", input, by=SERVICE)).payload


# -------------------------------------------------------------------------------------------- slugs


async def test_a_free_slug_is_available_and_then_taken(api: Api, acme: Acme) -> None:
    before = await check(api, "free-one", by=acme.outsider)
    assert (await create(api, "free-one", by=acme.outsider)).payload
    after = await check(api, "free-one", by=acme.outsider)

    assert before == FREE
    assert after == {
        "available": False,
        "code": "form_identifier_exists",
        "message": "This slug is already taken.",
        "suggestion": "free-one-2",
    }


@pytest.mark.parametrize(
    ("slug", "suggestion"),
    [
        ("acme", "acme-2"),
        ("Acme", "acme-2"),
        ("admin", "admin-2"),
        ("Blue Whale", "blue-whale"),
        ("-x-", "x"),
        ("", "organization-2"),
        ("ü", "u"),
        ("a" * 65, "a" * 57),
        ("日本", "ri-ben"),
        ("?!", "organization-2"),
        # Only the beginning of a long text is converted.
        ("?" * 256 + "acme", "organization-2"),
    ],
)
async def test_what_is_said_is_what_creating_says(
    api: Api, acme: Acme, slug: str, suggestion: str
) -> None:
    said = await check(api, slug, by=acme.outsider)
    (error,) = (await create(api, slug, by=acme.outsider)).user_errors

    assert (said["available"], said["code"], said["message"]) == (
        False,
        error["code"],
        error["message"],
    )
    assert said["suggestion"] == suggestion
    assert (await create(api, suggestion, by=acme.outsider)).payload


async def test_a_suggestion_is_free_however_many_are_taken(api: Api, acme: Acme) -> None:
    for number in range(2, 10):
        await an_organization(api, by=SERVICE, slug=f"acme-{number}")

    suggestion = (await check(api, "acme", by=acme.outsider))["suggestion"]

    assert suggestion.startswith("acme-")
    assert await check(api, suggestion, by=acme.outsider) == FREE


async def test_reserved_words_are_never_suggested(api: Api, acme: Acme) -> None:
    for slug in sorted(RESERVED_SLUGS)[:20]:
        said = await check(api, slug, by=SERVICE)
        assert said["code"] == "form_param_value_invalid"
        assert said["suggestion"] not in RESERVED_SLUGS


async def test_an_organization_can_keep_its_slug(api: Api, acme: Acme) -> None:
    for by in (acme.admin, SERVICE):
        assert await check(api, "acme", by=by, id=acme.id) == FREE
        assert (await check(api, "acme", by=by))["code"] == "form_identifier_exists"


async def test_a_foreign_organization_is_like_one_that_does_not_exist(api: Api, acme: Acme) -> None:
    unknown = f"org_{'0' * 26}"

    answers: list[Answer] = []
    counts: list[int] = []
    for id in (acme.id, unknown):
        with counted(api.store) as statements:
            answers.append(await api.run(CHECK, {"slug": "x", "id": id}, by=acme.outsider))
        counts.append(len(statements))

    foreign, missing = answers
    assert foreign.body == missing.body
    assert (foreign.code, foreign.reason) == ("NOT_FOUND", "organization_not_found_or_unauthorized")
    assert counts[0] == counts[1]
    assert (await api.run(CHECK, {"slug": "x", "id": unknown}, by=SERVICE)).code == "NOT_FOUND"


async def test_who_has_no_credential_asks_nothing(api: Api, acme: Acme) -> None:
    assert (await api.run(CHECK, {"slug": "acme"}, by=NOBODY)).code == "UNAUTHENTICATED"


async def test_slugs_that_are_switched_off_are_never_available(api: Api, acme: Acme) -> None:
    await set_instance(api, slugsEnabled=False)

    said = await check(api, "free", by=acme.admin)
    (error,) = (await create(api, "free", by=acme.admin)).user_errors

    assert said == {
        "available": False,
        "code": error["code"],
        "message": error["message"],
        "suggestion": None,
    }


async def test_organizations_that_are_switched_off_answer_nobody(api: Api, acme: Acme) -> None:
    await set_instance(api, organizationsEnabled=False)

    for document, variables in ((CHECK, {"slug": "x"}), (DEFAULTS, {})):
        answer = await api.run(document, variables, by=acme.admin)
        assert answer.reason == "organization_not_enabled_in_instance"


@pytest.fixture
async def asked(api: Api, acme: Acme) -> Acme:
    """A user who has asked 30 times in this minute."""
    aliases = " ".join(f's{n}: slugAvailability(slug: "x{n}") {{ available }}' for n in range(10))
    for _ in range(3):
        assert (await api.run(f"{{ {aliases} }}", by=acme.admin)).data
    return acme


async def test_a_user_asks_thirty_times_a_minute(api: Api, asked: Acme) -> None:
    refused = await api.run(CHECK, {"slug": "x"}, by=asked.admin)

    assert refused.code == "RATE_LIMITED"
    assert 0 < refused.error["extensions"]["retryAfter"] <= 60
    assert await check(api, "x", by=asked.member) == FREE
    assert await check(api, "x", by=SERVICE) == FREE


async def test_a_secret_key_is_not_limited(api: Api) -> None:
    aliases = " ".join(f's{n}: slugAvailability(slug: "x{n}") {{ available }}' for n in range(15))

    for _ in range(3):
        assert (await api.run(f"{{ {aliases} }}", by=SERVICE)).data


# ----------------------------------------------------------------------------------------- defaults


async def defaults(api: Api, caller: Caller) -> JSON:
    return (await api.run(DEFAULTS, by=caller)).data["viewer"]["organizationCreationDefaults"]


@pytest.mark.parametrize(
    ("email", "claims", "name", "slug"),
    [
        ("eve@blue-whale.com", {}, "Blue Whale", "blue-whale"),
        ("eve@mail.acme.co.uk", {}, "Acme", "acme-2"),
        ("eve@xn--bcher-kva.de", {}, "Bücher", "bucher"),
        ("eve@gmail.com", {"given_name": "Eve", "family_name": "Poe"}, "Eve Poe", "eve-poe"),
        # A domain that can be registered, but isn't a valid IDN.
        ("eve@ab--cd.com", {"given_name": "Eve"}, "Eve", "eve"),
        ("eve@mailinator.com", {"given_name": "Eve"}, "Eve", "eve"),
        ("eve@gmail.com", {}, "My organization", "my-organization"),
        (
            "eve@gmail.com",
            {"given_name": "https://evil.example"},
            "My organization",
            "my-organization",
        ),
    ],
)
async def test_a_form_begins_with_a_name_and_a_free_slug(
    api: Api, acme: Acme, email: str, claims: JSON, name: str, slug: str
) -> None:
    person = await api.person(email, **claims)

    found = await defaults(api, person)

    assert found == {"name": name, "slug": slug, "advisory": None}
    created = await api.mutate("createOrganization", {"name": name, "slug": slug}, by=person)
    assert created.payload


async def test_without_slugs_there_is_no_slug(api: Api) -> None:
    person = await api.person("eve@blue-whale.com")
    await set_instance(api, slugsEnabled=False)

    assert await defaults(api, person) == {"name": "Blue Whale", "slug": None, "advisory": None}


async def test_a_person_at_a_verified_domain_is_told_that_an_organization_exists(
    api: Api, acme: Acme
) -> None:
    person = await api.person("eve@acme.com")
    unverified = await api.person("mal@acme.com", verified=False)
    pending = await created(api, acme.id, by=acme.admin)
    before = await defaults(api, person)
    await api.mutate(
        "verifyDomain", {"organizationId": acme.id, "domainId": pending["id"]}, by=SERVICE
    )
    after = await api.run(DEFAULTS, by=person)

    assert before["advisory"] is None
    assert after.data["viewer"]["organizationCreationDefaults"]["advisory"] == (
        "organization_already_exists"
    )
    assert acme.id not in str(after.body)
    assert (await defaults(api, unverified))["advisory"] is None


async def test_another_domain_says_nothing(api: Api, acme: Acme) -> None:
    await verified(api, acme.id)

    assert (await defaults(api, await api.person("eve@sub.acme.com")))["advisory"] is None
