"""Each setting of the instance has its effect, in
another process as in this one, with the next request.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from models.database.store import Store
from tests.conftest import make_api
from tests.support.api import JSON, SERVICE, Answer, Api
from tests.support.data.factories import Acme, an_organization
from tests.support.data.invitations import codes, invite, invited, link_ticket


@pytest.fixture
async def other(api: Api, database_url: str) -> AsyncIterator[Api]:
    """A second server on the same database, with nothing in common but that."""
    store = Store(database_url)
    other = make_api(store, api.clock)
    yield other
    await other.client.aclose()
    await store.close()


def told(answer: Answer) -> str | None:
    """Why it was refused; None when it was not."""
    if "errors" in answer.body:
        return answer.reason
    return codes(answer)[0] if codes(answer) else None


async def renamed(api: Api, acme: Acme) -> object:
    return told(
        await api.send("update-organization", by=acme.admin, organizationId=acme.id, name="Renamed")
    )


async def opened(api: Api, acme: Acme) -> object:
    return (await api.send("create-session", by=acme.member)).payload["session"]["status"]


async def shown_slug(api: Api, acme: Acme) -> object:
    answer = await api.run(
        "query($id: ID!) { organization(by: { id: $id }) { slug } }", {"id": acme.id}, by=acme.admin
    )
    return answer.data["organization"]["slug"]


async def second_member(api: Api, acme: Acme) -> object:
    return told(
        await invite(api, await an_organization(api, by=acme.member, name="New"), by=acme.member)
    )


async def made(api: Api, acme: Acme) -> object:
    return told(await api.send("create-organization", by=acme.admin, name="Another"))


async def deleted(api: Api, acme: Acme) -> object:
    new = await an_organization(api, by=acme.member, name="New")
    return told(await api.send("delete-organization", by=acme.member, organizationId=new))


async def lifetime(api: Api, acme: Acme) -> object:
    made = await invited(api, acme.id, by=acme.admin)
    return datetime.fromisoformat(made["expiresAt"]) - datetime.fromisoformat(made["createdAt"])


async def led_to(api: Api, acme: Acme) -> object:
    made = await invited(api, acme.id, by=acme.admin)
    answer = await api.client.get("/invitations/accept", params={"ticket": link_ticket(made)})
    return answer.headers.get("location", "").partition("?")[0] or None


async def redirected(api: Api, acme: Acme) -> object:
    return told(
        await invite(api, acme.id, by=acme.admin, redirectUrl="https://app.example.com/joined")
    )


EFFECTS: dict[str, tuple[JSON, Callable[[Api, Acme], Awaitable[object]], object, object]] = {
    "off": ({"organizationsEnabled": False}, renamed, None, "organization_not_enabled_in_instance"),
    "mode": ({"membershipMode": "OPTIONAL"}, opened, "PENDING", "ACTIVE"),
    "slugs": ({"slugsEnabled": False}, shown_slug, "acme", None),
    "seats": (
        {"maxAllowedMemberships": 1},
        second_member,
        None,
        "organization_membership_quota_exceeded",
    ),
    "creating": (
        {"createOrganizationEnabled": False},
        made,
        None,
        "user_create_organization_not_enabled",
    ),
    "limit": ({"createOrganizationsLimit": 1}, made, None, "quota_exceeded"),
    "deleting": (
        {"adminDeleteEnabled": False},
        deleted,
        None,
        "organization_admin_delete_not_enabled",
    ),
    "expiry": ({"invitationExpiresInDays": 2}, lifetime, timedelta(days=30), timedelta(days=2)),
    "page": (
        {"invitationUrl": "https://app.example.com/join"},
        led_to,
        None,
        "https://app.example.com/join",
    ),
    "origins": (
        {"allowedRedirectOrigins": ["https://app.example.com"]},
        redirected,
        "redirect_url_domain_mismatch",
        None,
    ),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("effect", EFFECTS)
async def test_a_setting_counts_everywhere_with_the_next_request(
    api: Api, other: Api, acme: Acme, effect: str
) -> None:
    setting, use, _, expected = EFFECTS[effect]

    assert (await api.mutate("updateInstance", setting, by=SERVICE)).payload

    assert await use(other, acme) == expected


@pytest.mark.parametrize("effect", EFFECTS)
async def test_without_the_setting_it_is_otherwise(api: Api, acme: Acme, effect: str) -> None:
    _, use, expected, _ = EFFECTS[effect]

    assert await use(api, acme) == expected
