"""Names, addresses and searches: every script has names, and what was stored is found by itself."""

import sys
import unicodedata
from importlib import import_module
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from models.database.migrations import make_engine
from models.errors.input import InputError
from models.validation.addresses import normalize_address
from models.validation.characters import MEANINGLESS, clean_line
from models.validation.text import check_name, clean_name, to_search_text
from tests.support.api import JSON, SERVICE, Answer, Api, Caller
from tests.support.data.factories import Acme, an_organization
from tests.support.data.invitations import invite, invited, link_ticket
from tests.support.http import ONLY_SQLITE

EXAMPLES = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

# ---------------------------------------------------------------------------------------- characters

# Names of people and companies, in scripts and with symbols of all kinds.
NAMES = [
    "نام\u200cخانوادگی",
    "ශ්\u200dරී ලංකා",
    "株式会社 山田",
    "葛\U000e0100城",
    "𠮷野家",
    "הוצאת ״כתר״ בע״מ",
    "शर्मा & संस",
    "ᠮᠣᠩᠭᠣᠯ",
    "ꦗꦮ",
    "Ñandú S.A. — «Río» №5 ™ ®",
    "50% + 1 € = ½ £",
    "O'Brien–Smith (née Ní Bhriain)",
    "Łódź ŉ ſ ĳ İstanbul",
    "👩\u200d👩\u200d👧\u200d👦 Family",
    "❤️\u200d🔥 1️⃣ #️⃣ ‼️",
    "👍🏽 🏳️\u200d🌈 🇸🇪",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f Ltd",
    # Assigned after Unicode 14, which Python 3.11 knows.
    "\U0001faf8 \U00011f02 \U0001e4d0 \U00016d40 \U00031350",
]
CLEANED = {
    "株式会社\u3000山田": "株式会社 山田",
    "Café «\u00a0Paris\u00a0»": "Café « Paris »",
    "\u2003a\u202f \u1680b\u205f": "a b",
    "\u200dAda\u200c \u200dLovelace\u200d": "Ada Lovelace",
    "Ac\u00adme\u200b\ufeff\u2060": "Acme",
    "a\u200e\u200fb": "ab",
    "A\ufe0fb \ufe0f": "Ab",
    "a\U000e0067b": "ab",
    "\tAcme\r\n": "Acme",
}
REFUSED = [
    *("a\nb", "a\tb", "a\x1b[31m", "a\u0085b", "a\u2028b", "a\u202eb", "a\u2066b"),
    *("a\ue000", "a\U0010fffd", "a\U000f0000", "a\u0378", "a\uffff", "a\ufdd0", "a\U0002fffe"),
]
BLANK = ["", " ", "\u3000", "\u200d", "\u3164", "\u2800\u00a0", "\ufe0f", "\u200b\ufeff", "\u034f"]


@pytest.mark.both_databases
@pytest.mark.parametrize("name", NAMES)
async def test_a_name_of_any_script_is_kept_as_it_is(api: Api, acme: Acme, name: str) -> None:
    organization = await api.mutate(
        "createOrganization", {"name": name}, "organization { name }", by=acme.admin
    )
    user = await api.mutate(
        "createUser",
        {"emailAddress": "new@example.com", "firstName": name, "lastName": name},
        "user { firstName lastName }",
        by=SERVICE,
    )
    role = await api.mutate(
        "createRole",
        {"key": "org:a", "permissions": [], "name": name, "description": f"{name}\n\t{name}"},
        "role { name description }",
        by=SERVICE,
    )
    claims = await api.person("claims@example.com", given_name=name, family_name=name)
    viewer = await api.run("{ viewer { user { firstName lastName } } }", by=claims)

    assert organization.payload["organization"] == {"name": name}
    assert user.payload["user"] == {"firstName": name, "lastName": name}
    assert role.payload["role"] == {"name": name, "description": f"{name}\n\t{name}"}
    assert viewer.data["viewer"]["user"] == {"firstName": name, "lastName": name}


@pytest.mark.parametrize("name", CLEANED, ids=ascii)
async def test_what_cannot_be_seen_in_a_name_is_cleaned(api: Api, name: str) -> None:
    caller = await api.person("ada@example.com", given_name=name)
    organization = await api.mutate(
        "createOrganization", {"name": name}, "organization { name }", by=caller
    )
    viewer = await api.run("{ viewer { user { firstName } } }", by=caller)

    assert organization.payload["organization"]["name"] == CLEANED[name]
    assert viewer.data["viewer"]["user"]["firstName"] == CLEANED[name]


@pytest.mark.parametrize("name", [*REFUSED, *BLANK], ids=ascii)
def test_what_cannot_be_shown_is_no_name(name: str) -> None:
    with pytest.raises(InputError):
        check_name(name)


def test_claims_are_cleaned_and_kept() -> None:
    for name in REFUSED:
        assert (clean_name(name) or "").startswith("a")
    assert all(clean_name(name) is None for name in BLANK)
    assert clean_name("Jean\u00a0Luc\u202e\x1b") == "Jean Luc"
    assert clean_name("x" * 300) == "x" * 256
    assert clean_name("x" * 255 + " y") == "x" * 255
    assert clean_name("A\ue000da") == "Ada"


@given(st.text())
@example("a\ufe0f\u200d\u200db")
@example("\ufe0f\u200db a\u200b\u200d\u200bb")
def test_cleaning_again_changes_nothing(line: str) -> None:
    assert clean_line(clean_line(line)) == clean_line(line)


def test_the_table_agrees_with_what_this_python_knows() -> None:
    """A character that an older Unicode knows stays one in all newer ones."""
    unknown = [
        chr(point)
        for point in range(sys.maxunicode + 1)
        if MEANINGLESS.match(chr(point))
        and unicodedata.category(chr(point)) not in {"Cn", "Co", "Cs"}
    ]
    assert unknown == []


# -------------------------------------------------------------------------------------------- found

PEOPLE = "query($query: String) { users(query: $query) { nodes { id } } }"
BY_ADDRESS = (
    "query($query: String!) { users(emailAddresses: [$query], first: 100) { nodes { id } } }"
)
BY_SUBJECT = "query($query: String!) { users(externalIds: [$query]) { nodes { id } } }"
ALL = "query($query: String) { organizations(query: $query, first: 100) { nodes { id } } }"
MINE = """query($query: String) {
  viewer { memberships(query: $query, first: 100) { nodes { organization { id } } } } }"""
MEMBERS = """query($query: String, $id: ID!) { organization(by: { id: $id }) {
  memberships(query: $query, first: 100) { nodes { user { id } } } } }"""
INVITED = """query($query: String, $id: ID!) { organization(by: { id: $id }) {
  invitations(query: $query, first: 100) { nodes { id } } } }"""
BY_SLUG = "query($query: String!) { organization(by: { slug: $query }) { id } }"


async def is_found(
    api: Api, document: str, wanted: str, query: str, by: Caller = SERVICE, **variables: Any
) -> bool:
    return wanted in str((await api.run(document, {"query": query, **variables}, by=by)).data)


def stored(answer: Answer, selection: str) -> JSON | None:
    """The object that was stored; None if the input was rejected."""
    (payload,) = answer.data.values()
    return None if payload["userErrors"] else payload[selection]


NAME = st.text(max_size=24) | st.sampled_from([*NAMES, *CLEANED])
TYPED = st.text(
    st.sampled_from("aZİıßſŉΣςǰÜü\u0308\u0345ͅᾳέɑ\u200c\u200d%_\\'\"Kßﬃ ὈΔ\u1fb3"), max_size=12
)
LOCAL = st.text(st.sampled_from("aZ09.+-_%'ßÜüİıſΣςǰéE\u0301"), min_size=1, max_size=12) | st.text(
    min_size=1, max_size=12
)
DOMAIN = st.sampled_from(
    [
        "example.com",
        "BÜCHER.example",
        "bu\u0308cher.Example",
        "straße.example",
        "faß.Example",
        "r3---sn.example",
        "例え。テスト",
        "ＡＢＣ.example",
        "xn--bcher-kva.example",
        "ΌΣΟΣ.example",
    ]
)


@EXAMPLES
@given(name=NAME | TYPED)
@example(name="\u0345")
@example(name="α\u0345 \u0345x")
async def test_what_was_stored_as_a_name_is_found_by_what_was_typed(
    api: Api, acme: Acme, name: str
) -> None:
    assume("\0" not in name)
    organization = stored(
        await api.mutate(
            "createOrganization", {"name": name}, "organization { id }", by=acme.admin
        ),
        "organization",
    )
    address = "someone@example.com"
    given_names = {"emailAddress": address, "firstName": name, "lastName": name}
    user = stored(await api.mutate("createUser", given_names, "user { id }", by=SERVICE), "user")

    if organization:
        assert await is_found(api, ALL, organization["id"], name)
        assert await is_found(api, MINE, organization["id"], name, acme.admin)
        await api.mutate("deleteOrganization", {"organizationId": organization["id"]}, by=SERVICE)
    if user:
        member = {"organizationId": acme.id, "userId": user["id"]}
        await api.mutate("createMembership", member, by=SERVICE)
        assert await is_found(api, PEOPLE, user["id"], name)
        assert await is_found(api, MEMBERS, user["id"], name, acme.admin, id=acme.id)
        await api.mutate("deleteUser", {"userId": user["id"]}, by=SERVICE)


@EXAMPLES
@given(local=LOCAL, domain=DOMAIN)
@example(local="straße", domain="example.com")
@example(local="MÜLLER", domain="example.com")
@example(local="info", domain="BÜCHER.example")
async def test_what_was_stored_as_an_address_is_found_by_what_was_typed(
    api: Api, acme: Acme, local: str, domain: str
) -> None:
    assume("\0" not in local)
    address = f"{local}@{domain}"
    # Not by a manager, who can invite 250 people an hour.
    invitation = stored(await invite(api, acme.id, address, by=SERVICE, notify=False), "invitation")
    new = {"emailAddress": address, "externalId": local}
    user = stored(await api.mutate("createUser", new, "user { id }", by=SERVICE), "user")

    if invitation:
        assert await is_found(api, INVITED, invitation["id"], address, acme.admin, id=acme.id)
        for part in address.split("@"):
            assert await is_found(api, INVITED, invitation["id"], part, acme.admin, id=acme.id)
        which = {"organizationId": acme.id, "invitationId": invitation["id"]}
        await api.mutate("revokeInvitation", which, by=SERVICE)
    if user:
        assert await is_found(api, PEOPLE, user["id"], address)
        assert await is_found(api, BY_ADDRESS, user["id"], address)
        assert await is_found(api, BY_SUBJECT, user["id"], local)
        await api.mutate("deleteUser", {"userId": user["id"]}, by=SERVICE)


@pytest.mark.both_databases
@EXAMPLES
@given(slug=st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True))
async def test_what_was_stored_as_a_slug_is_found_by_what_was_typed(
    api: Api, acme: Acme, slug: str
) -> None:
    new = {"name": "x", "slug": slug}
    organization = stored(
        await api.mutate("createOrganization", new, "organization { id }", by=acme.admin),
        "organization",
    )

    if organization:
        assert await is_found(api, ALL, organization["id"], slug)
        assert await is_found(api, BY_SLUG, organization["id"], f" {slug}\n")
        await api.mutate("deleteOrganization", {"organizationId": organization["id"]}, by=SERVICE)


@given(st.text())
def test_canonically_equal_texts_are_found_alike(name: str) -> None:
    assert to_search_text(unicodedata.normalize("NFD", name)) == to_search_text(
        unicodedata.normalize("NFC", name)
    )
    assert to_search_text(to_search_text(name)) == to_search_text(name)


@pytest.mark.both_databases
async def test_a_search_finds_words_in_any_order(api: Api, acme: Acme) -> None:
    for query in ("Lovelace Ada", "love ada@", " Ada  LOVELACE ", "ada\u3000lovelace", "ada\n"):
        assert await is_found(api, PEOPLE, acme.admin.id, query), query
        assert await is_found(api, MEMBERS, acme.admin.id, query, acme.member, id=acme.id), query
    for query in ("Lovelace Grace", "Ada zz", "adalovelace"):
        assert not await is_found(api, PEOPLE, acme.admin.id, query), query


# ------------------------------------------------------------------------------------------- blanks


async def test_blanks_at_the_ends_of_inputs_mean_nothing(api: Api, acme: Acme) -> None:
    invitation = await invited(
        api, acme.id, " new@example.com\t", by=acme.admin, role=" org:member "
    )
    user = await api.mutate(
        "createUser",
        {"emailAddress": "\u00a0other@example.com ", "externalId": " sub|1 "},
        "user { emailAddress externalId }",
        by=SERVICE,
    )
    organization = await an_organization(api, by=acme.admin, name="B", slug=" b-corp\n")
    newcomer = await api.person("new@example.com")
    accepted = await api.mutate(
        "acceptInvitation",
        {"ticket": f"{link_ticket(invitation)}\n"},
        "membership { role { key } }",
        by=newcomer,
    )

    assert invitation["emailAddress"] == "new@example.com"
    assert user.payload["user"] == {"emailAddress": "other@example.com", "externalId": "sub|1"}
    assert await is_found(api, BY_SLUG, organization, "b-corp")
    assert accepted.payload["membership"]["role"]["key"] == "org:member"


async def test_an_id_has_no_blanks(api: Api, acme: Acme) -> None:
    node = "query($id: ID!) { node(id: $id) { id } }"

    padded = await api.run(node, {"id": f" {acme.id} "}, by=acme.admin)

    assert padded.data == {"node": None}
    assert (await api.run(node, {"id": acme.id}, by=acme.admin)).data == {"node": {"id": acme.id}}


# --------------------------------------------------------------------------------------- older rows


def fold_again(connection: Connection) -> None:
    """Runs the migration that folds the texts of searches."""
    migration = import_module("models.database.migrations.versions.0011_search_texts")
    with Operations.context(MigrationContext.configure(connection)):
        migration.upgrade()


async def test_rows_that_were_folded_another_way_are_found_after_the_migration(
    api: Api, acme: Acme
) -> None:
    organization = await an_organization(api, by=acme.admin, name="α\u0345 ❤️")
    await invited(api, acme.id, "straße@BÜCHER.example", by=acme.admin)
    older = [
        "ALTER TABLE invitation DROP COLUMN search_text",
        "UPDATE organization SET search_text = 'old'",
        """UPDATE "user" SET search_text = 'old'""",
    ]
    async with api.store.write() as session:
        for statement in older:
            await session.execute(text(statement))
    engine = make_engine(api.store)
    async with engine.begin() as connection:
        await connection.run_sync(fold_again)
    await engine.dispose()

    assert await is_found(api, ALL, organization, "α\u0345 ❤️")
    assert await is_found(api, PEOPLE, acme.admin.id, "Lovelace")
    for query in ("straße@BÜCHER.example", "xn--bcher-kva"):
        assert await is_found(api, INVITED, "orginv_", query, acme.admin, id=acme.id), query


# ---------------------------------------------------------------------------------------- the domain


@ONLY_SQLITE
async def test_a_domain_is_the_same_in_every_spelling(api: Api, acme: Acme) -> None:
    first = await invite(api, acme.id, "info@BÜCHER.example", by=acme.admin)
    second = await invite(api, acme.id, "info@bücher.example", by=acme.admin)

    assert first.payload["invitation"]["emailAddress"] == "info@BÜCHER.example"
    assert [error["code"] for error in second.user_errors] == ["organization_invitation_not_unique"]
    assert normalize_address("a@ab--cd.example") == "a@ab--cd.example"
