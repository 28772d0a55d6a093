"""The user behind an identity token: made, refreshed, adopted (docs/rules.md, Provisioning)."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from models.database.connection import COMMIT
from models.database.store import Store
from server.settings.issuers import ClaimNames
from tests.conftest import counted
from tests.support.api import (
    AUDIENCE,
    ISSUER,
    JSON,
    SERVICE,
    Api,
    Clock,
    contents,
    events,
    sign_token,
    test_issuer,
)
from tests.support.servers.tokens import bearer, claims_at, ec_key, issuer_of, serving, signed

OTHER = "https://other.example.com"
PROFILE = "id externalId identifier emailAddress emailVerified firstName lastName imageUrl"
ADA = {
    "externalId": "sub|ada",
    "identifier": "ada@example.com",
    "emailAddress": "ada@example.com",
    "emailVerified": True,
    "firstName": "Ada",
    "lastName": "Lovelace",
    "imageUrl": "https://example.com/ada.png",
}
CLAIMS: JSON = {
    "sub": "sub|ada",
    "email": "ada@example.com",
    "email_verified": True,
    "given_name": "Ada",
    "family_name": "Lovelace",
    "picture": "https://example.com/ada.png",
}


def token(api: Api, claims: JSON, *, age: int = 0) -> str:
    """A token with these claims, and no others but the necessary; `age` in seconds."""
    now = int(api.clock().timestamp())
    needed = {"iss": ISSUER, "aud": AUDIENCE, "sub": "sub|ada", "iat": now - age, "exp": now + 3600}
    return sign_token({**needed, **claims})


async def visit(api: Api, sent: str) -> JSON:
    """What the API shows a service of the token's user."""
    user_id = (await api.run("{ viewer { user { id } } }", by=bearer(sent))).data["viewer"]["user"][
        "id"
    ]
    answer = await api.run(
        f"query($id: ID!) {{ user(id: $id) {{ {PROFILE} }} }}", {"id": user_id}, by=SERVICE
    )
    return answer.data["user"]


async def return_with(api: Api, claims: JSON) -> JSON:
    """A minute after a first visit with all claims, with a new token of these."""
    await visit(api, token(api, CLAIMS))
    api.clock.forward(minutes=1)
    return await visit(api, token(api, claims))


async def happened(store: Store) -> list[tuple[str, JSON | None]]:
    return [(event["type"], event["changes"]) for event in await events(store)]


def with_two_issuers(store: Store, clock: Clock) -> Api:
    return serving(store, clock, test_issuer(), issuer_of(ec_key(), OTHER))


def others_token(clock: Clock, **claims: Any) -> str:
    return signed(claims_at(clock, OTHER, **{**CLAIMS, **claims}), ec_key())


# -------------------------------------------------------------------------------------------- first


async def test_a_first_token_makes_a_user_of_its_claims(api: Api) -> None:
    user = await visit(api, token(api, CLAIMS))

    assert user == {"id": user["id"], **ADA}
    assert await happened(api.store) == [("user.created", None)]
    (event,) = await events(api.store)
    assert (event["actor_type"], event["actor_id"], event["object_id"]) == (
        "user",
        user["id"],
        user["id"],
    )
    assert event["data"]["email_address"] == "ada@example.com"


async def test_without_any_address_the_subject_stands_for_the_user(api: Api) -> None:
    user = await visit(api, token(api, {}))

    assert (user["identifier"], user["emailAddress"], user["emailVerified"]) == (
        "sub|ada",
        None,
        False,
    )


@pytest.mark.parametrize(
    "value",
    [
        "True",
        "true ",
        "false",
        1,
        1.0,
        "1",
        "yes",
        [True],
        ["true"],
        {"verified": True},
        None,
        False,
    ],
)
@pytest.mark.parametrize("word", [True, "true"])
async def test_only_the_word_true_verifies_an_address(api: Api, value: Any, word: Any) -> None:
    grace: JSON = {"sub": "sub|grace", "email": "grace@example.com", "email_verified": word}
    grace = await visit(api, token(api, {**CLAIMS, **grace}))
    ada = await visit(api, token(api, {**CLAIMS, "email_verified": value}))

    assert (grace["emailVerified"], ada["emailVerified"]) == (True, False)


async def test_an_address_is_unverified_when_the_first_token_does_not_say(api: Api) -> None:
    assert not (await visit(api, token(api, {"email": "ada@example.com"})))["emailVerified"]


async def test_users_of_different_issuers_may_share_subject_and_address(
    store: Store, clock: Clock
) -> None:
    api = with_two_issuers(store, clock)

    ours = await visit(api, token(api, CLAIMS))
    theirs = await visit(api, others_token(clock))

    assert ours["id"] != theirs["id"]
    assert {**ours, "id": ""} == {**theirs, "id": ""}
    assert (await visit(api, token(api, CLAIMS)))["id"] == ours["id"]


@pytest.mark.parametrize(
    "odd",
    [
        {"picture": "javascript:alert(1)"},
        {"picture": "data:image/png;base64,AAAA"},
        {"picture": "http://example.com/a"},
        {"picture": "https://ada:x@example.com/"},
        {"picture": f"https://example.com/{'x' * 3_000}"},
        {"picture": 5},
        {"given_name": 5},
        {"given_name": ["Ada"]},
        {"given_name": ""},
        {"given_name": " \t\u3000\n"},
        {"given_name": "\x00\x07\u202e\u2066"},
        {"given_name": "\ud800"},
        {"family_name": True, "name": {"family": "Love"}},
    ],
)
async def test_a_claim_that_can_not_be_used_is_dropped_and_named_in_the_log(
    api: Api, odd: JSON
) -> None:
    with capture_logs() as lines:
        user = await return_with(api, {**CLAIMS, **odd})

    assert user == {"id": user["id"], **ADA}
    unusable = [line for line in lines if line["event"] == "claim unusable"]
    assert {line["claim"] for line in unusable} == odd.keys()
    assert {frozenset(line) for line in unusable} == {
        frozenset({"event", "log_level", "issuer", "claim"})
    }


async def test_an_absent_or_null_name_is_nothing_to_log(api: Api) -> None:
    with capture_logs() as lines:
        await return_with(api, {**CLAIMS, "given_name": None, "family_name": None, "name": None})

    assert [line for line in lines if line["event"] == "claim unusable"] == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Ada\n", "Ada"),
        ("Jean\u00a0Luc", "Jean Luc"),
        ("\u3000Ada  \t Augusta ", "Ada Augusta"),
        ("Love\r\nlace", "Love lace"),
        ("Love\u2028lace", "Love lace"),
        ("A\x00da\x1b", "A da"),
        ("\u202ecalevoL\u2069", "calevoL"),
        ("A\ud800da", "Ada"),
        ("\u0645\u0646\u200c\u0686", "\u0645\u0646\u200c\u0686"),
        ("\U0001f469\u200d\U0001f467", "\U0001f469\u200d\U0001f467"),
        ("O\u2019Brien-\u014c", "O\u2019Brien-\u014c"),
        ("x" * 1_000, "x" * 256),
    ],
)
async def test_a_name_is_cleaned_and_kept(api: Api, written: str, kept: str) -> None:
    claims = {"given_name": written, "family_name": written, "preferred_username": written}

    user = await visit(api, token(api, claims))

    assert (user["firstName"], user["lastName"], user["identifier"]) == (kept, kept, kept)


@pytest.mark.parametrize("email", [" ada@example.com", "ada@example.com\n", "\tada@example.com "])
async def test_blanks_around_an_address_are_trimmed(api: Api, email: str) -> None:
    user = await visit(api, token(api, {**CLAIMS, "email": email}))

    assert user == {"id": user["id"], **ADA}


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Grace Hopper", "Grace", "Hopper"),
        (" Grace  Brewster Murray\u00a0Hopper ", "Grace Brewster Murray", "Hopper"),
        ("Grace", "Grace", None),
        ("grace@example.com", None, None),
        ("", None, None),
        (5, None, None),
    ],
)
async def test_a_full_name_stands_in_for_the_names(
    api: Api, name: Any, first: str | None, last: str | None
) -> None:
    user = await visit(api, token(api, {"name": name}))

    assert (user["firstName"], user["lastName"]) == (first, last)


@pytest.mark.parametrize("present", ["given_name", "family_name"])
async def test_a_full_name_is_not_split_where_one_of_the_names_is_there(
    api: Api, present: str
) -> None:
    user = await visit(api, token(api, {present: "Madonna", "name": "Madonna"}))

    assert [user["firstName"], user["lastName"]].count("Madonna") == 1


async def test_a_username_identifies_who_has_no_address(api: Api) -> None:
    user = await visit(api, token(api, {"preferred_username": "ada"}))
    assert (user["identifier"], user["emailAddress"]) == ("ada", None)

    api.clock.forward(seconds=1)
    assert (await visit(api, token(api, {"preferred_username": "augusta"})))["identifier"] == (
        "augusta"
    )
    api.clock.forward(seconds=1)
    assert (await visit(api, token(api, CLAIMS)))["identifier"] == "ada@example.com"

    gone = {"userId": user["id"], "emailAddress": None}
    assert (await api.mutate("updateUser", gone, by=SERVICE)).payload
    api.clock.forward(seconds=1)
    assert (await visit(api, token(api, {})))["identifier"] == "augusta"
    assert [changes for _, changes in await happened(api.store)][1] == {"identifier": "ada"}


# ------------------------------------------------------------------------------------------- return


async def test_a_token_that_says_nothing_new_costs_one_statement_and_writes_nothing(
    api: Api,
) -> None:
    sent = token(api, CLAIMS)
    await visit(api, sent)
    before = await contents(api.store)

    for one in (sent, token(api, CLAIMS, age=10)):
        with counted(api.store) as statements:
            assert (await api.run("{ instance { slugsEnabled } }", by=bearer(one))).status == 200
        assert len(statements) == 1

    assert await contents(api.store) == before


async def test_a_newer_token_without_news_makes_no_event(api: Api) -> None:
    user = await return_with(api, CLAIMS)

    assert user == {"id": user["id"], **ADA}
    assert await happened(api.store) == [("user.created", None)]


async def test_a_newer_token_changes_what_it_says(api: Api) -> None:
    user = await return_with(
        api, {"given_name": "Augusta", "email": "augusta@example.com", "email_verified": True}
    )

    changed = {
        "firstName": "Augusta",
        "emailAddress": "augusta@example.com",
        "identifier": "augusta@example.com",
    }
    assert user == {"id": user["id"], **ADA, **changed}
    assert (await happened(api.store))[1:] == [
        ("user.updated", {"first_name": "Ada", "email_address": "ada@example.com"})
    ]


@pytest.mark.parametrize(
    "claim", ["email", "email_verified", "given_name", "family_name", "picture"]
)
async def test_an_absent_claim_keeps_the_stored_value(api: Api, claim: str) -> None:
    user = await return_with(api, {name: value for name, value in CLAIMS.items() if name != claim})

    assert user == {"id": user["id"], **ADA}


async def test_no_claims_at_all_keep_everything(api: Api) -> None:
    user = await return_with(api, {})

    assert user == {"id": user["id"], **ADA}


async def test_a_changed_address_without_a_word_on_it_is_unverified(api: Api) -> None:
    user = await return_with(api, {"email": "augusta@example.com"})

    assert (user["emailAddress"], user["emailVerified"]) == ("augusta@example.com", False)


async def test_the_same_address_in_another_spelling_stays_verified(api: Api) -> None:
    user = await return_with(api, {"email": "ADA@Example.com"})

    assert (user["emailAddress"], user["emailVerified"]) == ("ADA@Example.com", True)


async def test_an_issuer_may_take_its_word_back(api: Api) -> None:
    assert not (await return_with(api, {**CLAIMS, "email_verified": False}))["emailVerified"]


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email": "no address", "email_verified": True},
        {"email": ["a@example.com"]},
    ],
)
async def test_a_stored_address_is_not_verified_by_an_issuer_that_no_longer_says_so(
    api: Api, claims: JSON
) -> None:
    user = await return_with(api, claims)

    assert (user["emailAddress"], user["emailVerified"]) == ("ada@example.com", False)


async def test_a_word_without_an_address_verifies_none(api: Api) -> None:
    await visit(api, token(api, {"email": "ada@example.com"}))
    api.clock.forward(minutes=1)

    assert not (await visit(api, token(api, {"email_verified": True})))["emailVerified"]


async def test_a_constant_without_an_address_verifies_none(store: Store, clock: Clock) -> None:
    claims = ClaimNames(email_verified=True)
    api = serving(store, clock, test_issuer().model_copy(update={"claims": claims}))
    user = {"externalId": "sub|ada", "emailAddress": "ada@example.com"}
    created = await api.mutate("createUser", user, "user { emailVerified }", by=SERVICE)

    unknown = await visit(api, token(api, {}))
    api.clock.forward(minutes=1)
    known = await visit(api, token(api, {"email": "ada@example.com"}))

    assert not created.payload["user"]["emailVerified"]
    assert (unknown["emailAddress"], unknown["emailVerified"]) == ("ada@example.com", False)
    assert known["emailVerified"]


async def test_an_older_token_changes_nothing(api: Api) -> None:
    stale = token(
        api, {"email": "old@example.com", "email_verified": True, "given_name": "Old"}, age=1
    )
    await visit(api, token(api, CLAIMS))
    before = await contents(api.store)

    for one in (stale, token(api, {"iat": None, "given_name": "Ageless"})):
        user = await visit(api, one)
        assert user == {"id": user["id"], **ADA}

    assert await contents(api.store) == before


@pytest.mark.both_databases
async def test_of_tokens_that_come_at_once_the_newest_wins(api: Api) -> None:
    await visit(api, token(api, {}, age=60))

    sent = [token(api, {"given_name": f"Ada {number}"}, age=50 - number) for number in range(20)]
    await asyncio.gather(*(visit(api, one) for one in reversed(sent)))

    assert (await visit(api, token(api, {}, age=60)))["firstName"] == "Ada 19"


@pytest.mark.both_databases
async def test_two_first_requests_at_once_make_one_user(api: Api, database_url: str) -> None:
    second = Store(database_url)
    apis = [api, serving(second, api.clock, test_issuer())]
    sent = token(api, CLAIMS)

    users = await asyncio.gather(*(visit(apis[number % 2], sent) for number in range(10)))

    await second.close()
    assert len({user["id"] for user in users}) == 1
    assert await happened(api.store) == [("user.created", None)]


async def test_a_deleted_user_who_comes_back_is_a_new_user(api: Api) -> None:
    sent = token(api, CLAIMS)
    before = await visit(api, sent)

    assert (await api.mutate("deleteUser", {"userId": before["id"]}, by=SERVICE)).payload

    after = await visit(api, sent)
    assert after == {**before, "id": after["id"]}
    assert after["id"] != before["id"]
    assert [name for name, _ in await happened(api.store)] == [
        "user.created",
        "user.deleted",
        "user.created",
    ]


async def test_a_bad_token_makes_nobody(api: Api) -> None:
    before = await contents(api.store)

    for sent in (
        signed(claims_at(api.clock, ISSUER, **CLAIMS), ec_key()),
        token(api, {**CLAIMS, "exp": 1}),
    ):
        assert (await api.run("{ viewer { user { id } } }", by=bearer(sent))).status == 401

    assert await contents(api.store) == before


async def test_a_user_is_stored_although_the_first_request_is_canceled(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those whose changes are committed together with the user would be canceled, too."""
    run, reached, released = api.store.driver.run, asyncio.Event(), asyncio.Event()

    async def hold(connection: Any, statement: str, *rest: Any) -> int:
        if statement == COMMIT:
            reached.set()
            await released.wait()
        return await run(connection, statement, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(api.store.driver, "run", hold)
        first = asyncio.create_task(api.person("ada@example.com"))
        await reached.wait()
        first.cancel()
        released.set()
        with pytest.raises(asyncio.CancelledError):
            await first

    users = await api.run("{ users { totalCount } }", by=SERVICE)
    assert users.data["users"]["totalCount"] == 1
