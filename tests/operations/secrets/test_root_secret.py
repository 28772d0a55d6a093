"""Everything that is encrypted under the root secret,
and what a change of that secret does to each of it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from models.base import new_id
from models.database.store import Store
from models.keys.encryption import Purpose, decrypt, encrypt, make_cipher
from models.keys.signing_keys import encrypt_key as sealed_key
from models.keys.signing_keys import generate_key
from models.keys.signing_keys import make_cipher as key_storage
from models.keys.ticket_keys import TicketKey, derive_ticket_keys
from models.webhooks import WebhookEndpoint, generate_secret
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from resolvers.invitations.tickets import TicketKind, make_ticket
from resolvers.keys.root_secret import ENCRYPTED_COLUMNS, State, load_encrypted_values, reencrypt
from resolvers.keys.signing_keys import replace_key
from resolvers.keys.ticket_keys import register_keys
from server.cli.runtime.root_secret import ensure_readable, explain_invalid_links
from server.identity import signing
from server.identity.signing import make_signer
from server.settings.settings import Environment, SettingsError
from tests.conftest import counted, server_for, settings
from tests.support.api import JSON, SECRET, SECRET_KEY, SERVICE, Api, Clock, contents, test_issuer
from tests.support.application import make_application
from tests.support.data.factories import Acme
from tests.support.data.invitations import accept, codes, invited, link_ticket, unchanged
from tests.support.data.webhooks import ENDPOINTS, STORAGE, URL, an_endpoint, change, create, kept

NEW = "kP2mQ8rT4vX6zB1cD3fG5hJ7lN9sW0yA-eUiOtRqZxE"
BOTH = (NEW, SECRET)
WEBHOOK_SECRET = "query($id: ID!) { node(id: $id) { ... on WebhookEndpoint { url secret } } }"
PREVIEW = "query($ticket: String!) { invitationByTicket(ticket: $ticket) { status } }"


def with_secrets(api: Api, *secrets: str) -> Api:
    """Another process on the same database."""
    chosen = settings(
        env=Environment.DEVELOPMENT,
        identity_issuers=(test_issuer(),),
        secret_keys=(SECRET_KEY,),
        secret=secrets,
    )
    return Api(make_application(chosen, store=api.store, clock=api.clock), api.store, api.clock)


async def states(store: Store, clock: Clock, *secrets: str) -> dict[str, State]:
    """By the name of the column; in these tests each holds one value, or several that are alike."""
    async with store.read() as connection:
        return {
            one.column.name: one.state
            for one in await load_encrypted_values(connection, secrets, clock())
        }


async def rotated(
    store: Store, clock: Clock, secrets: Sequence[str] = BOTH, *, discard: bool = False
) -> list[State]:
    async with begin(server_for(store, clock, secret=secrets), SYSTEM) as tx:
        return [one.state for one in await reencrypt(tx, discard_unreadable=discard)]


async def filled(api: Api) -> str:
    """Seals something for every purpose, as a server does; the id of a webhook endpoint."""
    await register_keys(api.server)
    await make_signer(settings(), api.server).published()
    endpoint = await an_endpoint(api)
    assert (await change(api, "rotateWebhookSecret", endpoint["id"])).payload
    return endpoint["id"]


async def row(api: Api, endpoint_id: str) -> JSON:
    found = await kept(api, endpoint_id)
    assert found
    return found


async def opened(store: Store, *secrets: str) -> dict[str, set[bytes]]:
    """What is encrypted, in the clear."""
    stored = await contents(store)
    return {
        one.name: {
            make_cipher(secrets, one.purpose).decrypt(
                row[[*one.column.table.c].index(one.column)].encode()
            )
            for row in stored[one.column.table.name]
        }
        for one in ENCRYPTED_COLUMNS
    }


# ----------------------------------------------------------------------------------------- the list


def test_every_purpose_has_a_column() -> None:
    assert {one.purpose for one in ENCRYPTED_COLUMNS} == {*Purpose}


async def test_every_column_that_holds_something_encrypted_is_listed(api: Api) -> None:
    await filled(api)

    found = {
        (table, place)
        for table, rows in (await contents(api.store)).items()
        for row in rows
        for place, value in enumerate(row)
        if isinstance(value, str) and value.startswith("gAAAA")
    }

    assert found == {
        (one.column.table.name, [*one.column.table.c].index(one.column))
        for one in ENCRYPTED_COLUMNS
    }


# ----------------------------------------------------------------------------------------- rotation


async def test_everything_is_encrypted_anew_and_stays_what_it_was(api: Api) -> None:
    endpoint_id = await filled(api)
    before, endpoint = await opened(api.store, SECRET), await row(api, endpoint_id)
    assert {*(await states(api.store, api.clock, *BOTH)).values()} == {State.OUTDATED}
    api.clock.forward(minutes=1)

    found = await rotated(api.store, api.clock)

    after = await opened(api.store, NEW)
    assert set(found) == {State.OUTDATED, State.CURRENT}, (
        "the ticket key of the new secret is there too"
    )
    assert {*(await states(api.store, api.clock, NEW)).values()} == {State.CURRENT}
    assert after.pop("ticket key") > before.pop("ticket key")
    assert after == before
    assert (await row(api, endpoint_id))["updated_at"] == endpoint["updated_at"]


async def test_rotating_again_changes_nothing(api: Api) -> None:
    await filled(api)
    await rotated(api.store, api.clock)

    async with unchanged(api):
        assert set(await rotated(api.store, api.clock)) == {State.CURRENT}
        assert set(await rotated(api.store, api.clock, (NEW,))) == {State.CURRENT}


@pytest.mark.both_databases
async def test_two_rotations_at_once_and_servers_that_go_on_leave_nothing_behind(api: Api) -> None:
    await filled(api)
    server, other = (
        with_secrets(api, *BOTH),
        Store(api.store.url.render_as_string(hide_password=False)),
    )

    await asyncio.gather(
        *(create(server, f"{URL}/{number}") for number in range(8)),
        rotated(api.store, api.clock),
        rotated(other, api.clock),
        *(create(server, f"{URL}/{number}") for number in range(8, 16)),
    )

    await other.close()
    assert {*(await states(api.store, api.clock, NEW)).values()} == {State.CURRENT}
    assert len((await contents(api.store))["webhook_endpoint"]) == 17


@pytest.mark.both_databases
async def test_a_value_that_is_being_written_meanwhile_is_waited_for(
    store: Store, clock: Clock
) -> None:
    """By a process that still has the old secret alone."""
    text = encrypt(make_cipher((SECRET,), Purpose.WEBHOOK_SECRETS), generate_secret())
    values: JSON = {"id": new_id(WebhookEndpoint.prefix, clock()), "url": URL, "secret": text}
    values |= {"enabled": True, "cursor": 0, "created_at": clock(), "updated_at": clock()}
    other = Store(store.url.render_as_string(hide_password=False))

    async with store.write() as session:
        await session.execute(ENDPOINTS.insert().values(**values))
        rotating = asyncio.create_task(rotated(other, clock))
        await asyncio.sleep(0.3)
        assert not rotating.done()
    await rotating

    await other.close()
    assert await states(store, clock, NEW) == {
        "ticket key": State.CURRENT,
        "webhook secret": State.CURRENT,
    }


# --------------------------------------------------------------------------------- what can be read


async def test_what_the_given_secrets_do_not_decrypt_is_named_and_counted(api: Api) -> None:
    await filled(api)
    await an_endpoint(api, f"{URL}/2")
    async with api.store.read() as connection:
        fitting = await load_encrypted_values(connection, BOTH, api.clock())
        wrong = await load_encrypted_values(connection, (NEW,), api.clock())

    ensure_readable(fitting)
    with pytest.raises(SettingsError) as error:
        ensure_readable(wrong, {Purpose.SIGNING_KEYS, Purpose.WEBHOOK_SECRETS})

    (sentence,) = error.value.messages
    assert (
        "can't decrypt 1 signing key, 2 webhook secrets, and 1 previous webhook secret in"
        in sentence
    )
    assert "to the end of TENANTRY_SECRET" in sentence
    assert SECRET not in f"{sentence}{wrong!r}"


async def test_what_is_not_in_use_any_more_needs_no_secret(api: Api) -> None:
    await filled(api)
    async with begin(api.server, SYSTEM) as tx:
        await replace_key(
            tx, kid="new", private_key=sealed_key(key_storage((NEW,)), generate_key())
        )
    before = await states(api.store, api.clock, NEW)
    api.clock.forward(hours=24)

    after = await states(api.store, api.clock, NEW)

    assert "previous webhook secret" in before
    assert (after["signing key"], "previous webhook secret" in after) == (State.CURRENT, False)


async def test_what_is_lost_is_discarded_and_the_rest_stays(api: Api) -> None:
    endpoint_id = await filled(api)
    other = await an_endpoint(with_secrets(api, NEW), f"{URL}/2")

    await rotated(api.store, api.clock, (NEW,), discard=True)

    stored = await contents(api.store)
    new = make_cipher((NEW,), Purpose.WEBHOOK_SECRETS)
    replaced, readable = await row(api, endpoint_id), await row(api, other["id"])
    assert decrypt(new, replaced["secret"]).startswith("whsec_")
    assert (replaced["previous_secret"], decrypt(new, readable["secret"])) == (
        None,
        other["secret"],
    )
    assert (stored["signing_key"], len(stored["ticket_key"])) == ([], 1)


# ----------------------------------------------------------------------------------------- webhooks


async def test_a_secret_that_can_t_be_read_is_an_error_for_the_operator(api: Api) -> None:
    endpoint = await an_endpoint(api)
    wrong, both = with_secrets(api, NEW), with_secrets(api, *BOTH)

    refused = await wrong.run(WEBHOOK_SECRET, {"id": endpoint["id"]}, by=SERVICE)
    shown = await both.run(WEBHOOK_SECRET, {"id": endpoint["id"]}, by=SERVICE)
    without = await wrong.run(
        WEBHOOK_SECRET.replace("secret", ""), {"id": endpoint["id"]}, by=SERVICE
    )

    assert (refused.code, refused.error["path"]) == ("SECRET_UNREADABLE", ["node", "secret"])
    assert "TENANTRY_SECRET" in refused.error["message"]
    assert shown.data["node"] == {"url": URL, "secret": endpoint["secret"]}
    assert without.data["node"] == {"url": URL}


async def test_a_new_secret_for_an_endpoint_replaces_one_that_can_t_be_read(api: Api) -> None:
    """Deliveries would fail for a day if the old one had to sign beside it."""
    endpoint = await an_endpoint(api)
    await change(with_secrets(api, *BOTH), "rotateWebhookSecret", endpoint["id"])
    readable = await row(api, endpoint["id"])

    renewed = await change(api, "rotateWebhookSecret", endpoint["id"])

    lost = await row(api, endpoint["id"])
    assert decrypt(STORAGE, readable["previous_secret"]) == endpoint["secret"]
    assert decrypt(STORAGE, lost["secret"]) == renewed.payload["webhookEndpoint"]["secret"]
    assert (lost["previous_secret"], lost["previous_signs_until"]) == (None, None)


# ------------------------------------------------------------------------------------- signing keys


async def test_a_process_that_can_t_read_the_new_signing_key_goes_on_with_those_it_knows(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`tenantry keys rotate-signing` with a new root secret, before the servers have it."""
    monkeypatch.setattr(signing, "MAXIMUM_AGE_SECONDS", 0.0)
    signer = make_signer(settings(), server_for(store, clock))
    token = await signer.sign({"sub": "user_1"})
    async with begin(server_for(store, clock), SYSTEM) as tx:
        await replace_key(tx, kid="new", private_key=sealed_key(key_storage(BOTH), generate_key()))

    again = await signer.sign({"sub": "user_1"})

    assert again == token
    assert len(await signer.published()) == 1
    with pytest.raises(SettingsError):
        await make_signer(settings(), server_for(store, clock)).sign({"sub": "user_1"})
    assert (
        len(await make_signer(settings(), server_for(store, clock, secret=BOTH)).published()) == 2
    )


# ------------------------------------------------------------------------------------------ tickets


async def status(api: Api, ticket: str) -> str | None:
    found = (await api.run(PREVIEW, {"ticket": ticket})).data["invitationByTicket"]
    return found and found["status"]


async def test_tickets_outlive_the_secret_that_they_were_signed_with(api: Api, acme: Acme) -> None:
    await filled(api)
    made = await invited(api, acme.id, "joan@example.com", by=acme.admin)
    ticket, forged = (
        link_ticket(made),
        make_ticket(derive_ticket_keys((NEW,)), TicketKind.LINK, made["id"], "another nonce"),
    )
    joan, server = await api.person("joan@example.com"), with_secrets(api, NEW)
    assert await status(server, ticket) is None, "the old key can't be decrypted yet"

    await rotated(api.store, api.clock)

    assert (await status(api, ticket), await status(server, ticket)) == ("PENDING", "PENDING")
    assert (await status(server, forged), await status(server, f"{ticket}x")) == (None, None)
    assert codes(await accept(server, by=joan, ticket=forged)) == ["ticket_invalid_code"]
    assert (await accept(server, by=joan, ticket=ticket)).payload["membership"]
    assert await status(server, ticket) == "ACCEPTED"


async def test_links_that_can_t_be_verified_are_counted_until_they_expire(
    api: Api, acme: Acme
) -> None:
    async def sentence(*secrets: str) -> str | None:
        async with api.store.read() as connection:
            values = await load_encrypted_values(connection, secrets, api.clock())
        return await explain_invalid_links(api.store, values, api.clock)

    await filled(api)
    assert await sentence(NEW) is None
    for number, days in enumerate((3, 5)):
        await invited(api, acme.id, f"{number}@example.com", by=acme.admin, expiresInDays=days)
    last = api.clock() + timedelta(days=5)
    api.clock.forward(minutes=1)
    await register_keys(replace(api.server, secrets=(NEW,)))
    api.clock.forward(minutes=1)
    await invited(with_secrets(api, NEW), acme.id, "later@example.com", by=acme.admin)

    assert await sentence(*BOTH) is None
    lost = await sentence(NEW)
    assert lost
    assert "(2 at most)" in lost
    assert f"expires on {last:%Y-%m-%d}" in lost
    api.clock.forward(days=4)
    assert "(1 at most)" in (await sentence(NEW) or "")
    api.clock.forward(days=1)
    assert await sentence(NEW) is None


async def test_a_process_that_starts_again_writes_nothing(api: Api) -> None:
    await register_keys(replace(api.server, secrets=BOTH))

    api.clock.forward(days=1)
    with counted(api.store) as statements:
        await register_keys(replace(api.server, secrets=BOTH))
    assert [one.partition(" ")[0] for one in statements] == ["SELECT"]
    await register_keys(replace(api.server, secrets=(SECRET, NEW)))

    async with api.store.read() as connection:
        retired = (await connection.execute(select(TicketKey.retired_at))).scalars()
    assert set(retired) == {None, api.clock()}
