"""The rules of the instance hold for what is imported, and authority never grows by an import."""

import json
from base64 import b64encode
from typing import Any

from PIL import Image
from sqlalchemy import text

from models.database.store import Store
from resolvers.delivery.fan_out import fan_out
from resolvers.importing.choices import Existing, Missing
from resolvers.importing.report import Outcome
from tests.importing.support import Importer, counts, imported, lines
from tests.support.api import SERVICE, contents, events
from tests.support.data.billing import make_plan, switch_billing
from tests.support.data.clerk_export import (
    EPOCH,
    JSON,
    clerk_domain,
    clerk_invitation,
    clerk_membership,
    clerk_organization,
    clerk_role,
    clerk_user,
)
from tests.support.data.factories import Acme
from tests.support.data.images import encode
from tests.support.data.webhooks import an_endpoint
from tests.support.http import ONLY_SQLITE
from tests.support.servers.smtp import cleanup

MANAGER = ("org:sys_memberships:manage", "org:sys_memberships:read", "org:sys_profile:delete")
DEEP: JSON = json.loads('{"a":' * 40 + "1" + "}" * 40)


def add_company(importer: Importer) -> None:
    """An organization with an administrator and a member, and a user who is not a member."""
    importer.add("users", *(clerk_user(number) for number in range(3)))
    importer.add("organizations", clerk_organization(0))
    importer.add(
        "memberships", clerk_membership(0, 0, "org:admin"), clerk_membership(0, 1, "org:member")
    )


async def test_each_record_that_breaks_a_rule_is_a_line_and_nothing_is_imported(
    importer: Importer, acme: Acme
) -> None:
    add_company(importer)
    importer.add(
        "users",
        clerk_user(0),
        clerk_user(1, first_name="a\u202eb", public_metadata=DEEP),
        clerk_user(2, email_addresses=[{"id": "idn_2", "email_address": "a@b@c"}]),
        clerk_user(0),
        clerk_user(3, create_organizations_limit=-1),
        clerk_user(4),
    )
    importer.add(
        "organizations",
        clerk_organization(0),
        clerk_organization(1, name="https://evil.example"),
        clerk_organization(2, slug="admin"),
        clerk_organization(3, slug="acme"),
        clerk_organization(4, slug="company-0"),
        clerk_organization(5, role_set_key="role_set:unknown"),
        clerk_organization(6, max_allowed_memberships=-1, private_metadata={"a": "x" * 9_000}),
    )
    importer.add(
        "memberships",
        clerk_membership(0, 0, "org:admin"),
        clerk_membership(0, 1),
        clerk_membership(1, 0),
        clerk_membership(0, 4, "org:owner"),
        clerk_membership(0, 4),
    )
    importer.add(
        "invitations",
        clerk_invitation(0, 0),
        clerk_invitation(0, 1, email_address="INVITED0@example.com"),
        clerk_invitation(0, 2, email_address="user0@example.com"),
        clerk_invitation(0, 3, email_address="nobody"),
        clerk_invitation(0, 4, role="org:owner"),
        clerk_invitation(9, 5),
    )
    importer.add(
        "organization_domains",
        clerk_domain(0, "gmail.com"),
        clerk_domain(0, "not a domain"),
        clerk_domain(9, "company.org"),
    )
    before = await contents(importer.store)

    report = await importer.run(is_trial=True)

    assert await contents(importer.store) == before
    assert [line.replace("/1.json:", " ") for line in lines(report)] == [
        "users 5 form_identifier_exists",
        "users 3 form_param_format_invalid",
        "users 3 form_param_exceeds_allowed_size",
        "users 4 form_param_format_invalid",
        "users 6 form_param_value_invalid",
        "organizations 3 form_param_value_invalid",
        "organizations 4 form_param_value_invalid",
        "organizations 5 form_identifier_exists",
        "organizations 6 form_identifier_exists",
        "organizations 7 resource_not_found",
        "organizations 8 form_param_exceeds_allowed_size",
        "organizations 8 form_param_value_invalid",
        "memberships 6 form_identifier_exists",
        "memberships 3 resource_not_found",
        "memberships 4 resource_not_found",
        "memberships 5 resource_not_found",
        "invitations 3 organization_invitation_not_unique",
        "invitations 4 already_a_member_in_organization",
        "invitations 5 form_param_format_invalid",
        "invitations 6 resource_not_found",
        "invitations 7 resource_not_found",
        "organization_domains 2 organization_domain_common",
        "organization_domains 3 form_param_format_invalid",
        "organization_domains 4 resource_not_found",
    ]


async def test_what_breaks_no_rule_is_imported_without_what_does(importer: Importer) -> None:
    add_company(importer)
    importer.add("users", clerk_user(0), clerk_user(1, first_name="<b>"), clerk_user(2))

    report = await importer.run(missing=Missing.SKIP)

    assert lines(report) == [
        "users/1.json:3 form_param_value_invalid",
        "memberships/1.json:3 resource_not_found",
    ]
    assert counts(report, Outcome.REFUSED) == {"users": 1, "memberships": 1}
    assert len((await imported(importer.store))["user"]) == 2
    assert len((await imported(importer.store))["membership"]) == 1


async def test_a_role_is_never_guessed(importer: Importer) -> None:
    """Threat IM4."""
    add_company(importer)
    importer.add("memberships", clerk_membership(0, 0, "org:owner", permissions=list(MANAGER)))

    unknown = await importer.run(missing=Missing.SKIP)
    mapped = await importer.run(roles={"org:owner": "org:member"})

    assert lines(unknown) == ["memberships/1.json:2 resource_not_found"]
    assert counts(unknown, Outcome.REFUSED) == {"memberships": 1}
    assert counts(mapped, Outcome.CREATED) == {"memberships": 1}
    assert ["'org:member'" in row for row in (await imported(importer.store))["membership"]] == [
        True
    ]


async def test_a_role_that_is_here_keeps_its_permissions(importer: Importer) -> None:
    add_company(importer)
    importer.add(
        "organization_roles", clerk_role("org:member", *MANAGER), clerk_role("org:admin", *MANAGER)
    )
    before = (await imported(importer.store))["role"]

    kept = await importer.run()
    after = (await imported(importer.store))["role"]
    updated = await importer.run(existing=Existing.UPDATE)

    assert before == after
    assert [line.partition(" ")[2] for line in lines(kept, warnings=True)] == [
        "form_identifier_exists"
    ] * 2
    assert counts(updated, Outcome.UPDATED)["roles"] == 2
    held = [row for row in (await imported(importer.store))["role"] if "org:member" in row]
    assert len(held) == len(MANAGER)


async def test_users_and_roles_that_only_memberships_describe_can_be_created(
    importer: Importer,
) -> None:
    importer.add("organizations", clerk_organization(0))
    importer.add(
        "memberships",
        clerk_membership(0, 0, "org:editor", permissions=["org:sys_memberships:read", "org:x:y"]),
        clerk_membership(0, 1),
    )

    left_out = await importer.run(missing=Missing.SKIP)
    created = await importer.run(missing=Missing.CREATE)

    assert counts(left_out, Outcome.CREATED) == {"organizations": 1}
    assert counts(created, Outcome.CREATED) == {"users": 2, "roles": 1, "memberships": 2}
    assert not created.refused
    rows = await imported(importer.store)
    assert [row for row in rows["role"] if "org:editor" in row] == [
        repr(("org:editor", "Editor", "org:sys_memberships:read"))
    ]


async def test_addresses_and_domains_are_proven_only_by_a_trusted_source(
    importer: Importer,
) -> None:
    """Rule 79."""
    add_company(importer)
    unproven = {"verification": None, "id": "idn_2", "email_address": "user2@example.com"}
    importer.add("users", clerk_user(0), clerk_user(1), clerk_user(2, email_addresses=[unproven]))
    pending = {"affiliation_verification": {"status": "unverified"}}
    importer.add(
        "organization_domains",
        clerk_domain(0, "company.org"),
        clerk_domain(0, "other.org", **pending),
        clerk_domain(0, "sso.org", enrollment_mode="enterprise_sso"),
    )

    report = await importer.run(trusts_verified=True)

    assert not report.problems
    verified = 'SELECT external_id, email_verified FROM "user" ORDER BY external_id'
    domains = "SELECT name, verified, enrollment_mode FROM organization_domain ORDER BY name"
    assert await select(importer.store, verified) == [
        ("user_000000", True),
        ("user_000001", True),
        ("user_000002", False),
    ]
    assert await select(importer.store, domains) == [
        ("company.org", True, "automatic_suggestion"),
        ("other.org", False, "manual_invitation"),
        ("sso.org", True, "manual_invitation"),
    ]


async def select(store: Store, query: str) -> list[tuple[Any, ...]]:
    async with store.write() as session:
        return [tuple(row) for row in (await session.execute(text(query))).all()]


async def test_an_update_writes_what_differs_but_takes_no_proof_and_no_last_manager(
    importer: Importer,
) -> None:
    add_company(importer)
    await importer.run(trusts_verified=True)
    importer.add("users", clerk_user(0), clerk_user(1, last_name="Byron"), clerk_user(2))
    importer.add("organizations", clerk_organization(0, name="Renamed", slug="renamed"))
    importer.add(
        "memberships",
        clerk_membership(0, 0, "org:member"),
        clerk_membership(0, 1, public_metadata={"seat": "B"}),
    )
    last = len(await events(importer.store))

    failed = await importer.run(existing=Existing.FAIL, is_trial=True)
    updated = await importer.run(existing=Existing.UPDATE, missing=Missing.SKIP)

    assert counts(failed, Outcome.REFUSED) == {"users": 3, "organizations": 1, "memberships": 2}
    assert counts(updated, Outcome.UPDATED) == {
        "users": 1,
        "organizations": 1,
        "memberships": 1,
    }
    assert lines(updated) == ["memberships/1.json:2 organization_minimum_permissions_needed"]
    log = (await events(importer.store))[last:]
    mark = {"import": {"source": "clerk", "silent": True}}
    assert [(event["type"], event["changes"]) for event in log] == [
        ("user.updated", {"last_name": "Number 1", **mark}),
        ("organization.updated", {"name": "Company 0", "slug": "company-0", **mark}),
        ("organizationMembership.updated", {"public_metadata": {"seat": "A"}, **mark}),
    ]
    assert (await select(importer.store, 'SELECT count(*) FROM "user" WHERE email_verified'))[0][
        0
    ] == 3


@ONLY_SQLITE
async def test_pages_can_still_show_the_logo_that_an_update_replaces(importer: Importer) -> None:
    api = importer.api
    importer.add("organizations", clerk_organization(0))
    await importer.run()
    ((organization_id,),) = await select(importer.store, "SELECT id FROM organization")
    data = b64encode(encode(Image.new("RGB", (8, 8)))).decode()
    logo = {"organizationId": organization_id, "data": data}
    answer = await api.mutate("setOrganizationLogo", logo, "organization { imageUrl }", by=SERVICE)
    api.clock.forward(days=2)
    other = "https://img.example.com/logo.png"
    importer.add("organizations", clerk_organization(0, has_image=True, image_url=other))

    updated = await importer.run(existing=Existing.UPDATE)
    await cleanup(importer.store, api.clock).clean_up()

    assert counts(updated, Outcome.UPDATED) == {"organizations": 1}
    shown = await api.client.get(answer.payload["organization"]["imageUrl"])
    assert shown.status_code == 200


async def test_a_new_member_uses_the_invitation_that_is_here(importer: Importer) -> None:
    add_company(importer)
    unproven = {"id": "idn_3", "email_address": "user3@example.com"}
    importer.add("users", *map(clerk_user, range(3)), clerk_user(3, email_addresses=[unproven]))
    importer.add(
        "invitations",
        clerk_invitation(0, 0, email_address="user2@example.com"),
        clerk_invitation(0, 1, email_address="user3@example.com"),
    )
    await importer.run(trusts_verified=True)
    importer.add("memberships", clerk_membership(0, 2), clerk_membership(0, 3))

    report = await importer.run(trusts_verified=True)

    assert counts(report, Outcome.CREATED) == {"memberships": 2}
    # The source still has the invitations, which were imported before.
    assert counts(report, Outcome.UNCHANGED)["invitations"] == 2
    # An address that isn't verified can be somebody else's.
    statuses = "SELECT email_address, status FROM invitation ORDER BY email_address"
    assert await select(importer.store, statuses) == [
        ("user2@example.com", "revoked"),
        ("user3@example.com", "pending"),
    ]


async def test_an_invitation_keeps_an_inviter_who_can_still_give_its_role(
    importer: Importer,
) -> None:
    add_company(importer)
    importer.add(
        "invitations",
        clerk_invitation(0, 0, inviter_id="user_000000", role="org:admin"),
        clerk_invitation(0, 1, inviter_id="user_000001", role="org:admin"),
        clerk_invitation(0, 2, inviter_id="user_000002"),
        clerk_invitation(0, 3, status="accepted"),
        clerk_invitation(0, 4, expires_at=EPOCH),
    )

    report = await importer.run(sends_mail=True)

    assert report.left["invitations that aren't pending"] == 1
    assert report.left["expired invitations"] == 1
    query = (
        'SELECT i.email_address, u.external_id, by_service FROM invitation i LEFT JOIN "user" u'
        " ON u.id = i.inviter_id ORDER BY i.email_address"
    )
    assert await select(importer.store, query) == [
        ("invited0@example.com", "user_000000", False),
        ("invited1@example.com", None, True),
        ("invited2@example.com", None, True),
    ]
    assert len(await select(importer.store, "SELECT id FROM mail")) == 3


async def test_members_over_the_limit_come_in_with_a_warning(importer: Importer) -> None:
    add_company(importer)
    importer.add("organizations", clerk_organization(0, max_allowed_memberships=1))

    report = await importer.run()
    await switch_billing(importer.api)
    await make_plan(importer.api, "pro", isDefault=True, seatLimit=2)
    of_plan = await importer.run()

    assert not report.refused
    assert lines(report, warnings=True) == [
        "memberships/1.json:3 organization_membership_quota_exceeded"
    ]
    # The plan has a seat for both.
    assert not of_plan.problems


async def test_webhooks_get_the_events_of_an_import_only_if_asked(importer: Importer) -> None:
    """Rule 80."""
    await an_endpoint(importer.api)
    add_company(importer)
    await importer.run()
    await fan_out(importer.store, importer.api.clock)
    silent = await select(importer.store, "SELECT id FROM webhook_delivery")
    importer.add("memberships", clerk_membership(0, 2))

    await importer.run(sends_webhooks=True)
    await fan_out(importer.store, importer.api.clock)

    assert silent == []
    assert len(await select(importer.store, "SELECT id FROM webhook_delivery")) == 1


async def test_without_events_every_cursor_of_before_expires(importer: Importer) -> None:
    """Rule 80."""
    add_company(importer)
    page = "query($after: String) { events(after: $after) { nodes { type } } cursor }"
    before = (await importer.api.run(page, by=SERVICE)).data["cursor"]

    await importer.run(leaves_events=False)

    assert [event["type"] for event in await events(importer.store)] == ["instance.updated"] * 2
    expired = await importer.api.run(page, {"after": before}, by=SERVICE)
    assert expired.error["extensions"]["code"] == "CURSOR_EXPIRED"
    now = (await importer.api.run(page, by=SERVICE)).data["cursor"]
    assert (await importer.api.run(page, {"after": now}, by=SERVICE)).data["events"]["nodes"] == []


@ONLY_SQLITE
async def test_an_organization_of_this_instance_is_never_taken_over(
    importer: Importer, acme: Acme
) -> None:
    """Threat IM1."""
    add_company(importer)
    importer.add("organizations", clerk_organization(0, slug="acme", id=acme.id))
    importer.add("memberships", clerk_membership(0, 0, organization={"id": acme.id}))
    before = await contents(importer.store)

    report = await importer.run(is_trial=True)

    assert lines(report)[0] == "organizations/1.json:2 form_identifier_exists"
    assert counts(report, Outcome.REFUSED) == {"organizations": 1, "memberships": 1}
    assert await contents(importer.store) == before
