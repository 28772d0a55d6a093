"""Users whom `createUser` made wait for the verified
address of their first visit (docs/rules.md, Provisioning).
"""

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from models.database.store import Store
from models.users import User
from server.http.app import DevelopmentExtras
from server.settings.names import ISSUER as BUILT_IN
from server.settings.settings import Environment
from tests.conftest import settings
from tests.identity.test_provisioning import (
    ADA,
    CLAIMS,
    happened,
    others_token,
    token,
    visit,
    with_two_issuers,
)
from tests.support.api import ISSUER, JSON, SECRET_KEY, SERVICE, Api, Clock, test_issuer
from tests.support.application import make_application
from tests.support.servers.tokens import claims_at, ed_key, issuer_of, signed


async def waiting(api: Api, email: str = "ada@example.com", **values: Any) -> str:
    """A user whom `createUser` made; the id."""
    answer = await api.mutate(
        "createUser", {"emailAddress": email, **values}, "user { id }", by=SERVICE
    )
    return answer.payload["user"]["id"]


@pytest.mark.both_databases
@pytest.mark.parametrize("values", [{}, {"issuer": ISSUER}])
async def test_a_waiting_user_is_adopted_by_a_verified_equal_address(
    api: Api, values: JSON
) -> None:
    user_id = await waiting(api, "Ada@EXAMPLE.com", **values)

    user = await visit(api, token(api, CLAIMS))

    assert user == {"id": user_id, **ADA}
    (_, (name, changes)) = await happened(api.store)
    assert name == "user.updated"
    assert changes
    assert (changes["external_id"], changes["email_verified"]) == (None, False)


async def test_a_user_is_adopted_once(api: Api) -> None:
    user_id = await waiting(api)
    assert (await visit(api, token(api, CLAIMS)))["id"] == user_id

    second = await visit(api, token(api, {**CLAIMS, "sub": "sub|second"}))

    assert second["id"] != user_id
    assert (await visit(api, token(api, CLAIMS)))["id"] == user_id


@pytest.mark.both_databases
async def test_a_user_is_adopted_once_even_by_two_at_once(api: Api) -> None:
    user_id = await waiting(api)

    users = await asyncio.gather(
        *(visit(api, token(api, {**CLAIMS, "sub": f"sub|{one}"})) for one in range(8))
    )

    assert len({user["id"] for user in users}) == 8
    assert [user["id"] for user in users].count(user_id) == 1


@pytest.mark.parametrize("value", [False, "false", 1, None])
async def test_an_unverified_address_adopts_nobody(api: Api, value: Any) -> None:
    user_id = await waiting(api)

    assert (await visit(api, token(api, {**CLAIMS, "email_verified": value})))["id"] != user_id

    assert (await visit(api, token(api, {**CLAIMS, "sub": "sub|owner"})))["id"] == user_id


async def test_another_address_adopts_nobody(api: Api) -> None:
    user_id = await waiting(api)

    for email in (
        "ada+tag@example.com",
        "a.da@example.com",
        "ada@example.org",
        "\u0430da@example.com",
    ):
        assert (await visit(api, token(api, {**CLAIMS, "sub": f"sub|{email}", "email": email})))[
            "id"
        ] != user_id

    assert (await visit(api, token(api, CLAIMS)))["id"] == user_id


async def test_with_two_candidates_none_is_adopted(api: Api) -> None:
    """`createUser` refuses the second one by now; databases can have such users from before."""
    candidates = {await waiting(api), await waiting(api, "other@example.com", issuer=ISSUER)}
    async with api.store.write() as session:
        await session.execute(update(User).values(address_key="ada@example.com"))

    assert (await visit(api, token(api, CLAIMS)))["id"] not in candidates


async def test_a_user_of_one_issuer_is_not_adopted_by_another(store: Store, clock: Clock) -> None:
    api = with_two_issuers(store, clock)
    user_id = await waiting(api, issuer=ISSUER)

    assert (await visit(api, others_token(clock)))["id"] != user_id

    assert (await visit(api, token(api, CLAIMS)))["id"] == user_id


async def test_with_several_issuers_a_user_of_none_is_adopted_by_none(
    store: Store, clock: Clock
) -> None:
    api = with_two_issuers(store, clock)
    user_id = await waiting(api)

    assert (await visit(api, others_token(clock)))["id"] != user_id
    assert (await visit(api, token(api, CLAIMS)))["id"] != user_id


async def test_who_is_known_by_subject_adopts_nobody(api: Api) -> None:
    known = await visit(api, token(api, {"email": "other@example.com"}, age=60))
    user_id = await waiting(api)

    assert (await visit(api, token(api, CLAIMS)))["id"] == known["id"] != user_id


async def test_a_user_made_with_a_subject_waits_for_that_subject_only(api: Api) -> None:
    user_id = await waiting(api, externalId="sub|ada")

    assert (await visit(api, token(api, {**CLAIMS, "sub": "sub|other"})))["id"] != user_id

    assert await visit(api, token(api, {"email": "new@example.com"})) == {
        "id": user_id,
        "externalId": "sub|ada",
        "identifier": "new@example.com",
        "emailAddress": "new@example.com",
        "emailVerified": False,
        "firstName": None,
        "lastName": None,
        "imageUrl": None,
    }


async def test_the_built_in_issuer_is_not_a_configured_one(store: Store, clock: Clock) -> None:
    """A development server with one provider adopts like a production server."""
    built_in = issuer_of(ed_key(), BUILT_IN)
    chosen = settings(
        env=Environment.DEVELOPMENT, identity_issuers=(test_issuer(),), secret_keys=(SECRET_KEY,)
    )
    extras = DevelopmentExtras(issuer=built_in, secret_key=SECRET_KEY)
    api = Api(make_application(chosen, store=store, clock=clock, development=extras), store, clock)
    user_id = await waiting(api)
    with_subject = await waiting(api, "known@example.com", externalId="sub|known")
    demo = signed(claims_at(clock, BUILT_IN, **CLAIMS), ed_key())

    assert (await visit(api, demo))["id"] != user_id
    assert (await visit(api, token(api, CLAIMS)))["id"] == user_id
    assert (await visit(api, token(api, {"sub": "sub|known"})))["id"] == with_subject
    await api.client.aclose()


async def test_the_built_in_issuer_is_the_only_one_where_none_is_configured(
    store: Store, clock: Clock
) -> None:
    built_in = issuer_of(ed_key(), BUILT_IN)
    chosen = settings(env=Environment.DEVELOPMENT)
    extras = DevelopmentExtras(issuer=built_in, secret_key=SECRET_KEY)
    api = Api(make_application(chosen, store=store, clock=clock, development=extras), store, clock)
    user_id = await waiting(api)

    demo = signed(claims_at(clock, BUILT_IN, **CLAIMS), ed_key())

    assert (await visit(api, demo))["id"] == user_id
    await api.client.aclose()
