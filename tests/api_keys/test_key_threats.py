"""API keys under attack: timing, leaks, and keys that are revoked while somebody listens."""

from typing import Any

import pytest

import models.keys.secret_keys as secret_keys
from models.keys.secret_keys import VISIBLE_LENGTH
from models.roles import API_KEYS_READ, MEMBERSHIPS_READ, PROFILE_MANAGE, SYSTEM_PERMISSIONS
from resolvers.api_keys import sign_in
from resolvers.subscriptions import log_reader
from server.observability.logs import mask
from tests.conftest import counted
from tests.support.api import SERVICE, Api, Caller, contents
from tests.support.data.api_keys import a_key, revoke_key, secret_of, update_key, verify_key
from tests.support.data.factories import Acme, an_organization
from tests.support.data.invitations import unchanged
from tests.support.processes.commands import listening
from tests.support.servers.tokens import one_database
from tests.support.subscriptions import a_subscription, begun, organization_events

API_KEY_EVENTS = "cursor type"


async def test_every_bad_key_is_found_out_in_the_same_way(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KY4: as many statements, and as many comparisons of digests as long, whatever is wrong."""
    revoked, expired, good = [await a_key(api, acme, expiresInDays=days) for days in (2, 1, 3)]
    await revoke_key(api, acme, revoked)
    api.clock.forward(days=1)
    compared: list[int] = []

    def matches(secret: str, digest: str) -> bool:
        compared.append(len(digest))
        return secret_keys.matches_digest(secret, digest)

    monkeypatch.setattr(sign_in, "matches_digest", matches)
    secrets = {
        "good": secret_of(good),
        "revoked": secret_of(revoked),
        "expired": secret_of(expired),
        "wrong": secret_of(good)[:-1] + "!",
        "unknown": "ak_000000000000_" + secret_of(good)[16:],
        "short": "ak_",
    }
    verified, signed_in = dict[str, Any](), dict[str, Any]()
    for name, secret in secrets.items():
        with counted(api.store) as statements:
            await sign_in.verify_api_key(api.server, api.store, secret)
        verified[name] = (*statements, *compared)
        compared.clear()
        with counted(api.store) as statements:
            await sign_in.sign_in_api_key(api.server, secret)
        signed_in[name] = (*statements, *compared)
        compared.clear()
    for seen in (verified, signed_in):
        assert len(set(seen.values())) == 1, seen
        assert len(seen["good"]) == 2


async def test_a_key_is_in_no_log_event_or_error(
    api: Api, acme: Acme, capfd: pytest.CaptureFixture[str]
) -> None:
    """KY3."""
    key = await a_key(api, acme, MEMBERSHIPS_READ)
    secret = secret_of(key)
    answers = [
        await verify_key(api, secret, by=SERVICE),
        (await api.send("members", by=key, organizationId=acme.id)).body,
        (await api.run(f'{{ node(id: "{secret}") {{ id }} }}', by=key)).body,
        (await api.run("{ nothing }", by=key)).body,
        (await api.mutate("verifyApiKey", {"secret": secret, "secrets": 1}, by=SERVICE)).body,
    ]
    await revoke_key(api, acme, key)
    answers.append((await api.run("{ cursor }", by=key)).body)

    hidden = secret[VISIBLE_LENGTH:]
    printed = capfd.readouterr()
    for place in (*answers, await contents(api.store), printed.out, printed.err):
        assert hidden not in str(place)
    # What a library says, such as the driver of a database, is masked.
    for text in (secret, f"refused: {secret}.", f"Authorization: Bearer {secret}", "ak_secret"):
        assert secret not in mask(text)
        assert "ak_" not in mask(text)


async def test_a_key_hears_of_its_organization_until_it_is_revoked(api: Api, acme: Acme) -> None:
    """KY6."""
    key = await a_key(api, acme, MEMBERSHIPS_READ)
    reader = await a_key(api, acme, MEMBERSHIPS_READ, API_KEYS_READ)
    other = await an_organization(api, by=acme.admin, name="Other")
    query = organization_events(acme.id, fields=API_KEY_EVENTS)

    async def rename(name: str) -> None:
        changed = await api.send(
            "update-organization", by=acme.admin, organizationId=acme.id, name=name
        )
        assert changed.payload

    async with (
        listening(api.app) as port,
        a_subscription(port, key, query) as plain,
        a_subscription(port, reader, query) as reading,
    ):
        await begun(api, 2)
        await plain.subscribe(organization_events(other), id="2")
        assert (await plain.refused("2"))["code"] == "NOT_FOUND"
        await rename("One")
        for socket in (plain, reading):
            assert (await socket.told())["type"] == "ORGANIZATION_UPDATED"

        await revoke_key(api, acme, key)
        assert (await plain.ended())["code"] == "UNAUTHENTICATED"
        # Only those who can read API keys hear of them.
        assert (await reading.told())["type"] == "API_KEY_REVOKED"

        # A permission that is taken away ends the stream with the event that took it.
        changed = await update_key(
            api, acme, reader, by=acme.admin, permissions=[API_KEYS_READ, PROFILE_MANAGE]
        )
        assert changed.payload
        ended = await reading.ended()
        assert ended["reason"] == "missing_organization_permission"


async def test_a_key_that_expires_or_goes_with_its_organization_ends_its_streams(
    api: Api, acme: Acme
) -> None:
    key = await a_key(api, acme, MEMBERSHIPS_READ)
    doomed_id = await an_organization(api, by=acme.admin, name="Doomed")
    doomed = Acme(doomed_id, acme.admin, acme.member, acme.outsider)
    going = await a_key(api, doomed, MEMBERSHIPS_READ)
    expiring = await a_key(api, acme, MEMBERSHIPS_READ, expiresInDays=1)

    async with (
        listening(api.app) as port,
        a_subscription(port, key, organization_events(acme.id)) as staying,
        a_subscription(port, going, organization_events(doomed_id)) as leaving,
        a_subscription(port, expiring, organization_events(acme.id)) as lapsing,
    ):
        await begun(api, 3)
        assert (await api.send("delete-organization", by=SERVICE, organizationId=doomed_id)).payload
        assert (await leaving.refused())["code"] == "UNAUTHENTICATED"
        api.clock.forward(days=1)
        api.store.wakeup.notify()
        assert (await lapsing.refused())["code"] == "UNAUTHENTICATED"
        assert api.reader.streams
        changed = await api.send(
            "update-organization", by=SERVICE, organizationId=acme.id, name="New"
        )
        assert changed.payload
        assert (await staying.told())["type"] == "ORGANIZATION_UPDATED"


async def test_a_key_revoked_before_an_event_hears_nothing_of_it(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await a_key(api, acme, MEMBERSHIPS_READ)
    load_ended_keys, done = log_reader.load_ended_keys, False

    async def then(*arguments: Any) -> Any:
        """The key is revoked, and an event committed, right after the look at the keys."""
        nonlocal done
        found = await load_ended_keys(*arguments)
        if not done:
            done = True
            await revoke_key(api, acme, key)
            changed = await api.send(
                "update-organization", by=SERVICE, organizationId=acme.id, name="New"
            )
            assert changed.payload
        return found

    async with (
        listening(api.app) as port,
        a_subscription(port, key, organization_events(acme.id)) as socket,
    ):
        await begun(api)
        monkeypatch.setattr(log_reader, "load_ended_keys", then)
        api.store.wakeup.notify()
        assert (await socket.refused())["code"] == "UNAUTHENTICATED"


@one_database
async def test_a_key_revoked_meanwhile_reads_and_changes_nothing(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its right is read again with what it reads, and in the transaction that changes something."""
    key = await a_key(api, acme, *SYSTEM_PERMISSIONS)
    assert (await api.send("members", by=key, organizationId=acme.id)).data["organization"]
    await revoke_key(api, acme, key)

    def find_none(*_: object) -> None: ...

    monkeypatch.setattr(sign_in, "_find_fault", find_none)
    async with unchanged(api):
        changed = await api.send("update-organization", by=key, organizationId=acme.id, name="New")
    assert changed.code == "NOT_FOUND"
    assert (await api.send("members", by=key, organizationId=acme.id)).data["organization"] is None


async def test_a_key_of_another_kind_is_not_taken_for_one(api: Api, acme: Acme) -> None:
    """The digest alone doesn't make a key: an API key in the table of secret keys is none."""
    key = await a_key(api, acme, MEMBERSHIPS_READ)
    swapped = Caller((key.authorization or "").replace("ak_", "sk_", 1))
    assert (await api.run("{ cursor }", by=swapped)).status == 401
