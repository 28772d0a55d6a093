"""Values that a source spells in its own way, or about which it says nothing."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select

from models.invitations import Invitation
from models.organizations import Organization
from resolvers.importing.choices import Existing, Missing
from resolvers.importing.records import ImportOptions
from resolvers.importing.report import Outcome
from server.importing.clerk.users_csv import ClerkUsersFile
from server.importing.run import write
from tests.importing.support import ISSUER, Importer, counts, imported, lines
from tests.support.api import SERVICE
from tests.support.data.clerk_export import (
    clerk_domain,
    clerk_invitation,
    clerk_membership,
    clerk_organization,
    clerk_role,
    clerk_user,
)
from tests.support.http import ONLY_SQLITE


def add_company(importer: Importer) -> None:
    importer.add("users", clerk_user(0))
    importer.add("organizations", clerk_organization(0))
    importer.add("memberships", clerk_membership(0, 0, "org:admin"))


@ONLY_SQLITE
async def test_organizations_without_a_slug_get_one_of_their_own(importer: Importer) -> None:
    names = [clerk_organization(number, slug=None, name="Acme") for number in range(3)]
    importer.add("organizations", names[0], clerk_organization(9, id="org\u202e", slug=None))
    first = await importer.run(missing=Missing.SKIP)
    importer.add("organizations", *names)
    second = await importer.run()

    assert lines(first) == ["organizations/1.json:3 form_param_format_invalid"]
    assert counts(second, Outcome.CREATED) == {"organizations": 2}
    async with importer.store.write() as session:
        slugs = list((await session.execute(select(col(Organization.slug)))).scalars())
    assert len(set(slugs)) == 3
    assert all(slug and slug.startswith("acme") for slug in slugs)


@ONLY_SQLITE
async def test_spellings_of_a_domain_are_one_domain(importer: Importer) -> None:
    add_company(importer)
    importer.add(
        "organization_domains", clerk_domain(0, "Company.org"), clerk_domain(0, "company.org")
    )

    report = await importer.run(trusts_verified=True)

    assert counts(report, Outcome.CREATED)["domains"] == 1
    assert counts(report, Outcome.UNCHANGED) == {"domains": 1}
    assert len((await imported(importer.store))["domain"]) == 1


@ONLY_SQLITE
async def test_domains_obey_the_settings_and_have_one_owner(importer: Importer) -> None:
    add_company(importer)
    importer.add("organizations", clerk_organization(0), clerk_organization(1))
    importer.add(
        "organization_domains",
        clerk_domain(0, "a.company.org", enrollment_mode="automatic_invitation"),
        clerk_domain(0, "b.company.org"),
        clerk_domain(0, "c.company.org"),
        clerk_domain(0, "d.company.org"),
        clerk_domain(1, "b.company.org"),
    )
    settings = {"domainsPerOrganization": 2, "domainsEnrollmentModes": ["AUTOMATIC_SUGGESTION"]}
    await importer.api.mutate("updateInstance", settings, by=SERVICE)

    report = await importer.run(missing=Missing.SKIP, trusts_verified=True)

    assert lines(report) == [
        "organization_domains/1.json:2 organization_domain_enrollment_mode_not_enabled",
        "organization_domains/1.json:5 organization_domain_quota_exceeded",
        "organization_domains/1.json:6 organization_domain_already_exists",
    ]
    assert counts(report, Outcome.CREATED)["domains"] == 2


@ONLY_SQLITE
async def test_invitations_without_a_usual_time_are_imported_once(importer: Importer) -> None:
    add_company(importer)
    importer.add(
        "invitations",
        clerk_invitation(0, 0, created_at=None),
        clerk_invitation(0, 1, created_at=4_000_000_000_000),
    )
    first = await importer.run()
    async with importer.store.write() as session:
        await session.execute(text("UPDATE invitation SET status = 'revoked'"))
    importer.api.clock.forward(hours=1)

    second = await importer.run()

    assert counts(first, Outcome.CREATED)["invitations"] == 2
    assert counts(second, Outcome.UNCHANGED)["invitations"] == 2
    assert not counts(second, Outcome.CREATED)
    assert len((await imported(importer.store))["invitation"]) == 2


@ONLY_SQLITE
async def test_invitations_last_a_year_at_most_and_replace_those_that_are_over(
    importer: Importer,
) -> None:
    add_company(importer)
    clock = importer.api.clock
    soon = int((clock() + timedelta(hours=1)).timestamp() * 1_000)
    importer.add("invitations", clerk_invitation(0, 0, expires_at=soon))
    await importer.run()
    clock.forward(days=1)
    importer.add(
        "invitations", clerk_invitation(0, 0, id="orginv_new", expires_at=4_000_000_000_000)
    )

    report = await importer.run()

    assert counts(report, Outcome.CREATED) == {"invitations": 1}
    async with importer.store.write() as session:
        statement = select(col(Invitation.status), col(Invitation.expires_at))
        found = {row[0]: row[1] for row in await session.execute(statement)}
    assert set(found) == {"expired", "pending"}
    assert found["pending"] == clock() + timedelta(days=365)


@ONLY_SQLITE
async def test_user_names_are_names(importer: Importer) -> None:
    importer.add(
        "users",
        clerk_user(0, username="ada\u202e", email_addresses=[]),
        clerk_user(1, username="x" * 257),
        clerk_user(2, username="grace", email_addresses=[]),
        clerk_user(3, id="user\u202e"),
    )

    report = await importer.run(missing=Missing.SKIP)

    assert lines(report) == [
        "users/1.json:2 form_param_format_invalid",
        "users/1.json:3 form_param_max_length_exceeded",
        "users/1.json:5 form_param_format_invalid",
    ]
    (user,) = (await imported(importer.store))["user"]
    assert "'grace'" in user


@ONLY_SQLITE
async def test_a_role_that_is_here_is_added_to_no_role_set(importer: Importer) -> None:
    add_company(importer)
    importer.add("organization_roles", clerk_role("org:editor"))
    importer.add("memberships", clerk_membership(0, 0, "org:editor"))

    report = await importer.run(missing=Missing.CREATE)

    assert [str(one.place) for one in report.problems] == ["memberships/1.json:2"]
    assert "doesn't contain the role 'org:editor'" in report.problems[0].message
    assert not any("org:editor" in row for row in (await imported(importer.store))["role_set"])


@ONLY_SQLITE
async def test_somebody_who_waits_for_a_first_visit_is_not_imported_again(
    importer: Importer,
) -> None:
    await importer.api.mutate("createUser", {"emailAddress": "USER0@example.com"}, by=SERVICE)
    importer.add("users", clerk_user(0), clerk_user(1))

    report = await importer.run(missing=Missing.SKIP, trusts_verified=True)

    assert lines(report) == ["users/1.json:2 form_identifier_exists"]
    assert counts(report, Outcome.CREATED) == {"users": 1}


@ONLY_SQLITE
async def test_who_is_refused_for_a_membership_is_counted_as_a_user(importer: Importer) -> None:
    add_company(importer)
    profile = {**clerk_membership(0, 1)["public_user_data"], "first_name": "<b>"}
    importer.add("memberships", clerk_membership(0, 1, public_user_data=profile))

    report = await importer.run(missing=Missing.CREATE)

    assert counts(report, Outcome.REFUSED) == {"users": 1, "memberships": 1}


@ONLY_SQLITE
async def test_an_update_keeps_what_the_source_does_not_know(
    importer: Importer, tmp_path: Path
) -> None:
    importer.add("users", clerk_user(0, create_organizations_limit=3, username="ada"))
    importer.add("organizations", clerk_organization(0, max_allowed_memberships=7))
    importer.add("memberships", clerk_membership(0, 0, "org:admin"))
    await importer.run()
    before = await imported(importer.store)
    unknown: dict[str, Any] = {"public_metadata": None, "private_metadata": None}
    importer.add("users", clerk_user(0, **unknown, create_organizations_limit=3, username="ada"))
    importer.add("organizations", clerk_organization(0, **unknown, max_allowed_memberships=None))
    importer.add("memberships", clerk_membership(0, 0, "org:admin", **unknown))
    users = tmp_path / "users.csv"
    users.write_text("id,primary_email_address\nuser_000000,user0@example.com\n")

    of_pages = await importer.run(existing=Existing.UPDATE)
    options = ImportOptions(source="clerk", issuer=ISSUER, existing=Existing.UPDATE)
    of_users = await write(
        importer.api.server, ClerkUsersFile(users), options, lambda kind, number: None
    )

    assert counts(of_pages, Outcome.UNCHANGED) == {"users": 1, "organizations": 1, "memberships": 1}
    assert counts(of_users, Outcome.UNCHANGED) == {"users": 1}
    assert await imported(importer.store) == before


@ONLY_SQLITE
async def test_a_trusted_source_proves_more_than_the_ticket_of_an_invitation(
    importer: Importer,
) -> None:
    importer.add("users", clerk_user(0))
    await importer.run()
    by_ticket = 'UPDATE "user" SET email_verified = true, verified_by_ticket = true'
    async with importer.store.write() as session:
        await session.execute(text(by_ticket))

    await importer.run(existing=Existing.UPDATE)
    kept = await load_proof(importer)
    await importer.run(existing=Existing.UPDATE, trusts_verified=True)

    assert (kept, await load_proof(importer)) == ((True, True), (True, False))


async def load_proof(importer: Importer) -> tuple[Any, ...]:
    async with importer.store.write() as session:
        proof = text('SELECT email_verified, verified_by_ticket FROM "user"')
        ((verified, by_ticket),) = (await session.execute(proof)).all()
    return bool(verified), bool(by_ticket)
