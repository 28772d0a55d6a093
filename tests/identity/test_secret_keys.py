"""Secret keys: what services call with."""

from models.database.store import Store
from models.keys.secret_keys import VISIBLE_LENGTH, generate_secret
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from resolvers.keys.secret_keys import list_keys, revoke_key
from server.identity.authenticator import make_digests
from tests.conftest import counted
from tests.support.api import SECRET_KEY, SERVICE, Api, Clock, contents, events
from tests.support.data.factories import an_organization
from tests.support.data.keys import a_key
from tests.support.servers.tokens import assert_refused, bearer, serving


async def test_a_secret_key_acts_as_a_service_under_its_id(api: Api) -> None:
    key_id, billing = await a_key(api)

    await an_organization(api, by=billing, name="Acme")

    _, event = await events(api.store)
    assert (event["actor_type"], event["actor_id"]) == ("service", key_id)


async def test_a_revoked_key_is_refused_with_the_next_request(api: Api) -> None:
    key_id, billing = await a_key(api)
    _, other = await a_key(api, "Other")
    await an_organization(api, by=billing, name="Acme")

    async with begin(api.server, SYSTEM) as tx:
        await revoke_key(tx, key_id=key_id)

    await assert_refused(api, billing.authorization or "")
    await an_organization(api, by=other, name="Others go on")


async def test_a_key_is_known_by_all_of_its_characters(api: Api) -> None:
    _, billing = await a_key(api)
    authorization = billing.authorization or ""
    visible = authorization[: len("Bearer ") + VISIBLE_LENGTH]
    wrong = [
        visible,
        f"{visible}_",
        f"{authorization[:-1]}{'A' if authorization[-1] != 'A' else 'B'}",
        f"{authorization}A",
        authorization[:-1],
        visible + generate_secret()[VISIBLE_LENGTH:],
        f"Bearer {generate_secret()}",
        "Bearer sk_",
        "Bearer sk_%",
        authorization.replace("sk_", "SK_"),
        f"Bearer {SECRET_KEY[:-1]}",
        f"Bearer {SECRET_KEY}A",
    ]

    for one in wrong:
        await assert_refused(api, one)

    await an_organization(api, by=billing)


async def test_a_secret_is_stored_as_a_digest_only(api: Api) -> None:
    _, billing = await a_key(api)
    secret = (billing.authorization or "").removeprefix("Bearer ")

    assert secret[VISIBLE_LENGTH:] not in str(await contents(api.store))
    async with begin(api.server, SYSTEM) as tx:
        (listed,) = await list_keys(tx)
    assert (listed.visible, listed.name) == (secret[:VISIBLE_LENGTH], "Billing")
    assert len({generate_secret() for _ in range(1_000)}) == 1_000
    assert len(secret) - VISIBLE_LENGTH >= 43


async def test_a_key_from_the_settings_acts_under_an_id_that_stays_the_same(
    api: Api, store: Store, clock: Clock
) -> None:
    other_key = f"sk_{'7f3a9c51e2b84d06' * 2}a1b2"
    restarted = serving(store, clock, secret_keys=(other_key, SECRET_KEY))

    await an_organization(api, by=SERVICE, name="Before")
    await an_organization(restarted, by=SERVICE, name="After")
    await an_organization(restarted, by=bearer(other_key), name="Another key")

    actors = [(event["actor_type"], event["actor_id"]) for event in await events(store)]
    assert actors[0] == actors[1] == ("service", next(iter(make_digests([SECRET_KEY]))))
    assert actors[2] != actors[0]
    assert not any(
        piece in actor_id for _, actor_id in actors for piece in (SECRET_KEY[3:9], other_key[3:9])
    )


async def test_a_key_that_left_the_settings_is_refused(
    api: Api, store: Store, clock: Clock
) -> None:
    await an_organization(api, by=SERVICE)

    await assert_refused(serving(store, clock, secret_keys=()), SERVICE.authorization or "")


async def test_knowing_a_secret_key_costs_one_statement(api: Api) -> None:
    _, billing = await a_key(api)

    for caller in (billing, SERVICE):
        with counted(api.store) as statements:
            assert (await api.run("{ viewer { user { id } } }", by=caller)).data["viewer"] is None
        assert len(statements) == 1
