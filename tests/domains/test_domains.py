"""Domains: created, verified by a code or a record, overridden, deleted (rules 31 to 36)."""

import pytest

from models.domains import DomainClaim
from models.keys.ticket_keys import derive_ticket_keys
from models.validation.domains import normalize_domain
from resolvers.domains.proofs import is_code
from tests.support.api import SECRET, SERVICE, Api, Caller, contents, events
from tests.support.data.domains import (
    NAME,
    RECORD,
    asking,
    change,
    code_of,
    create,
    created,
    enter_code,
    kinds,
    list_domains,
    look,
    prepare_record,
    send_code,
    set_mode,
    stored,
    verified,
    verify_by_code,
)
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.invitations import accept, codes, fields, invited, ticket
from tests.support.servers.dns import name_server


async def test_a_domain_is_created_unverified_and_listed(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, " ACME.com. ", by=acme.admin)

    assert domain["name"] == "acme.com"
    assert (domain["verified"], domain["enrollmentMode"]) == (False, "MANUAL_INVITATION")
    assert domain["affiliation"] is None
    assert domain["ownership"] is None
    assert await list_domains(api, acme.id, by=acme.admin) == [domain]
    assert await kinds(api) == ["organizationDomain.created"]


async def test_a_code_in_an_email_verifies_a_domain(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)

    sent = (await send_code(api, domain, by=acme.admin)).payload["domain"]
    answer = await enter_code(api, domain, await code_of(api, domain), by=acme.admin)

    assert sent["affiliation"]["status"] == "UNVERIFIED"
    assert sent["affiliationEmailAddress"] == f"it@{NAME}"
    assert answer.payload["domain"]["verified"]
    assert answer.payload["domain"]["affiliation"]["status"] == "VERIFIED"
    assert await kinds(api) == [
        "organizationDomain.created",
        "organizationDomain.updated",
        "organizationDomain.updated",
    ]


async def test_a_record_verifies_a_domain(api: Api, acme: Acme) -> None:
    async with name_server() as dns:
        here = asking(api, dns)
        domain = await created(here, acme.id, by=acme.admin)
        value = await prepare_record(here, domain, by=acme.admin)
        missing = await look(here, domain, by=acme.admin)
        dns.texts[RECORD] = ['"v=spf1 -all"', f'"{value[:20]}" "{value[20:]}"']
        too_soon = await look(here, domain, by=acme.admin)
        api.clock.forward(seconds=5)
        found = await look(here, domain, by=acme.admin)

    assert codes(missing) == ["domain_record_not_found"]
    assert missing.user_errors[0]["meta"] == {"found": []}
    assert (too_soon.code, too_soon.error["extensions"]["retryAfter"]) == ("RATE_LIMITED", 5)
    ownership = found.payload["domain"]["ownership"]
    assert (ownership["status"], ownership["strategy"]) == ("VERIFIED", "TXT")
    assert ownership["txtRecordValue"] is None
    assert ownership["attempts"] == 2
    assert found.payload["cursor"]
    assert [name for name, _ in dns.asked] == [RECORD, RECORD]


async def test_the_value_of_a_record_is_for_those_who_manage_domains(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    await prepare_record(api, domain, by=acme.admin)
    reader = await _a_reader(api, acme)

    (shown,) = await list_domains(api, acme.id, by=reader)

    assert shown["ownership"]["txtRecordName"] == RECORD
    assert shown["ownership"]["txtRecordValue"] is None
    assert (await create(api, acme.id, "other.com", by=reader)).code == "FORBIDDEN"
    assert not [one for one in await events(api.store) if "tenantry-domain" in str(one["data"])]


async def _a_reader(api: Api, acme: Acme) -> Caller:
    permissions = ["org:sys_domains:read", "org:sys_memberships:read"]
    role = {"key": "org:reader", "name": "Reader", "permissions": permissions}
    assert (
        await api.mutate("createRole", {**role, "addToInitialRoleSet": True}, by=SERVICE)
    ).payload
    return await a_member(api, acme.id, "reader@example.com", "org:reader")


async def test_the_own_verified_address_needs_no_code(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, "example.com", by=acme.admin)

    answer = await send_code(api, domain, "it@example.com", by=acme.admin)

    assert answer.payload["domain"]["verified"]
    assert answer.payload["domain"]["affiliationEmailAddress"] == acme.admin.email


async def test_an_unverified_own_address_needs_one(api: Api, acme: Acme) -> None:
    unverified = await api.person("carl@example.com", verified=False)
    await a_member(api, acme.id, unverified, "org:admin")
    domain = await created(api, acme.id, "example.com", by=unverified)

    answer = await send_code(api, domain, "it@example.com", by=unverified)

    assert not answer.payload["domain"]["verified"]


async def test_an_own_address_that_a_ticket_has_proven_needs_one_too(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, f"carl@{NAME}", by=acme.admin, role="org:admin")
    token = api.token(None, sub="carl")
    person = Caller(f"Bearer {token}")
    by_mail = await ticket(api, made["id"])
    assert (await accept(api, by=person, ticket=by_mail)).payload
    domain = await created(api, acme.id, by=person)

    answer = await send_code(api, domain, f"carl@{NAME}", by=person)

    assert not answer.payload["domain"]["verified"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("it@mail.acme.com", "organization_domain_mismatch"),
        ("it@acme.com.example.com", "organization_domain_mismatch"),
        ("it@xacme.com", "organization_domain_mismatch"),
        ("acme.com", "form_param_format_invalid"),
        ("a@acme.com,b@acme.com", "form_param_format_invalid"),
    ],
)
async def test_the_address_must_be_at_the_domain_itself(
    api: Api, acme: Acme, address: str, code: str
) -> None:
    domain = await created(api, acme.id, by=acme.admin)

    answer = await send_code(api, domain, address, by=acme.admin)

    assert codes(answer) == [code]
    assert fields(answer) == ["input.affiliationEmailAddress"]


async def test_a_code_is_open_for_ten_minutes_and_three_attempts(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    nothing = await enter_code(api, domain, "000000", by=acme.admin)
    await send_code(api, domain, by=acme.admin)
    code = await code_of(api, domain)
    wrong = "000000" if code != "000000" else "111111"
    answers = [await enter_code(api, domain, wrong, by=acme.admin) for _ in range(3)]
    failed = await enter_code(api, domain, code, by=acme.admin)
    (shown,) = await list_domains(api, acme.id)
    api.clock.forward(seconds=30)
    again = await send_code(api, domain, by=acme.admin)
    late = await code_of(api, domain)
    api.clock.forward(minutes=10)
    expired = await enter_code(api, domain, late, by=acme.admin)

    assert codes(nothing) == ["verification_missing"]
    assert [codes(answer) for answer in answers] == [["form_code_incorrect"]] * 3
    assert [answer.user_errors[0]["meta"]["attempts_left"] for answer in answers] == [2, 1, 0]
    assert codes(failed) == ["verification_failed"]
    assert shown["affiliation"]["status"] == "FAILED"
    assert again.payload["domain"]["affiliation"]["attempts"] == 0
    assert codes(expired) == ["verification_expired"]


async def test_the_next_code_can_be_sent_after_half_a_minute(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    await send_code(api, domain, by=acme.admin)
    api.clock.forward(seconds=29)

    answer = await send_code(api, domain, f"other@{NAME}", by=acme.admin)

    assert (answer.code, answer.reason) == ("RATE_LIMITED", "verification_code_too_many_requests")
    assert answer.error["extensions"]["retryAfter"] == 1


async def test_three_codes_an_hour_whatever_the_address(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    for number in range(3):
        assert (await send_code(api, domain, f"{number}@{NAME}", by=acme.admin)).payload
        api.clock.forward(seconds=30)
    await change(api, "deleteDomain", domain, by=acme.admin, selection="deletedId")
    again = await created(api, acme.id, by=acme.admin)

    assert (await send_code(api, again, f"4@{NAME}", by=acme.admin)).code == "RATE_LIMITED"
    api.clock.forward(hours=1)
    admin = await api.person(acme.admin.email)
    assert (await send_code(api, again, f"4@{NAME}", by=admin)).payload


async def test_a_verified_domain_is_not_verified_again(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    assert (await verify_by_code(api, domain, by=acme.admin)).payload

    answers = [
        await send_code(api, domain, by=acme.admin),
        await enter_code(api, domain, "123456", by=acme.admin),
    ]
    # The other proof can still be given, because it is worth more.
    assert await prepare_record(api, domain, by=acme.admin)
    assert (await change(api, "verifyDomain", domain, by=SERVICE)).payload
    answers += [
        await change(api, "prepareDomainOwnership", domain, by=acme.admin),
        await look(api, domain, by=acme.admin),
    ]

    assert [codes(answer) for answer in answers] == [["verification_already_verified"]] * 4


async def test_a_record_is_open_for_a_week(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    nothing = await look(api, domain, by=acme.admin)
    await prepare_record(api, domain, by=acme.admin)
    api.clock.forward(days=7)
    admin = await api.person(acme.admin.email)

    assert codes(nothing) == ["verification_missing"]
    assert codes(await look(api, domain, by=admin)) == ["verification_expired"]
    assert (await list_domains(api, acme.id))[0]["ownership"]["status"] == "EXPIRED"


async def test_a_name_is_verified_once_in_the_instance(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    ours = await created(api, acme.id, by=acme.admin)
    theirs = await created(api, other, by=acme.outsider)
    await send_code(api, theirs, by=acme.outsider)
    assert (await verify_by_code(api, ours, by=acme.admin)).payload

    late = await enter_code(api, theirs, await code_of(api, theirs), by=acme.outsider)
    api.clock.forward(minutes=1)
    no_code = await send_code(api, theirs, by=acme.outsider)

    assert codes(late) == codes(no_code) == ["organization_domain_already_exists"]
    assert not (await stored(api, theirs)).verified


async def test_ownership_takes_a_name_from_an_affiliation(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    ours = await created(api, acme.id, by=acme.admin)
    assert (await verify_by_code(api, ours, by=acme.admin)).payload
    assert (await set_mode(api, ours, "AUTOMATIC_INVITATION", by=acme.admin)).payload
    await api.person(f"carl@{NAME}")
    theirs = await created(api, other, by=acme.outsider)
    before = len(await kinds(api, "organizationDomain", "organizationInvitation"))

    async with name_server() as dns:
        here = asking(api, dns)
        value = await prepare_record(here, theirs, by=acme.outsider)
        dns.texts[RECORD] = [f'"{value}"']
        assert (await look(here, theirs, by=acme.outsider)).payload["domain"]["verified"]

    (lost,) = await list_domains(api, acme.id)
    assert (lost["verified"], lost["enrollmentMode"]) == (False, "MANUAL_INVITATION")
    assert lost["affiliation"]["status"] == "UNVERIFIED"
    assert lost["totalPendingInvitations"] == 0
    found = await kinds(api, "organizationDomain", "organizationInvitation")
    assert found[before + 1 :] == [
        "organizationInvitation.revoked",
        "organizationDomain.updated",
        "organizationDomain.updated",
    ]
    # Who did that is none of their business.
    *_, loss, _ = await events(api.store)
    assert (loss["organization_id"], loss["actor_type"]) == (acme.id, "system")


async def test_ownership_is_taken_over_by_the_operator_only(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    ours = await verified(api, acme.id)
    theirs = await created(api, other, by=acme.outsider)

    async with name_server() as dns:
        here = asking(api, dns)
        value = await prepare_record(here, theirs, by=acme.outsider)
        dns.texts[RECORD] = [f'"{value}"']
        refused = await look(here, theirs, by=acme.outsider)
    override = await change(api, "verifyDomain", theirs, by=SERVICE)
    by_a_user = await change(api, "verifyDomain", theirs, by=acme.outsider, takeOver=True)
    taken = await change(api, "verifyDomain", theirs, by=SERVICE, takeOver=True)

    assert codes(refused) == codes(override) == ["organization_domain_already_exists"]
    assert by_a_user.code == "FORBIDDEN"
    assert taken.payload["domain"]["ownership"]["strategy"] == "MANUAL_OVERRIDE"
    assert not (await stored(api, ours)).verified


async def test_an_enterprise_connection_holds_its_name(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    async with api.store.write() as session:
        session.add(
            DomainClaim(
                name=NAME,
                kind="enterprise_connection",
                holder="entc_1",
                organization_id=acme.id,
            )
        )

    answers = [
        await send_code(api, domain, by=acme.admin),
        await change(api, "verifyDomain", domain, by=SERVICE, takeOver=True),
    ]

    for answer in answers:
        assert codes(answer) == ["organization_domain_exists_for_enterprise_connection"]


async def test_a_deleted_domain_is_free_at_once(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    domain = await verified(api, acme.id)

    answer = await change(api, "deleteDomain", domain, by=acme.admin, selection="deletedId")

    assert answer.payload["deletedId"] == domain["id"]
    assert (await verified(api, other))["verified"]
    assert (await contents(api.store))["domain_claim"][0][2] != domain["id"]


async def test_the_name_of_a_deleted_organization_is_free(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    await verified(api, acme.id)
    await api.mutate("deleteOrganization", {"organizationId": acme.id}, by=SERVICE)

    assert (await verified(api, other))["verified"]


async def test_an_organization_has_a_name_once_and_ten_names(api: Api, acme: Acme) -> None:
    for number in range(10):
        await created(api, acme.id, f"acme{number}.com", by=acme.admin)

    twice = await create(api, acme.id, "acme3.com", by=acme.admin)
    eleventh = await create(api, acme.id, "acme10.com", by=acme.admin)

    assert codes(twice) == ["form_identifier_exists"]
    assert codes(eleventh) == ["organization_domain_quota_exceeded"]
    assert eleventh.user_errors[0]["meta"] == {"limit": 10}
    await api.mutate("updateInstance", {"domainsPerOrganization": 0}, by=SERVICE)
    assert (await create(api, acme.id, "acme10.com", by=acme.admin)).payload


async def test_only_a_secret_key_creates_a_verified_domain(api: Api, acme: Acme) -> None:
    answer = await create(api, acme.id, by=acme.admin, verified=True)

    assert (answer.code, answer.reason) == ("FORBIDDEN", "secret_key_required")
    assert await list_domains(api, acme.id) == []


async def test_modes_need_a_verified_domain_and_the_consent_of_the_operator(
    api: Api, acme: Acme
) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    unverified = await set_mode(api, domain, "AUTOMATIC_SUGGESTION", by=acme.admin)
    manual = await set_mode(api, domain, "MANUAL_INVITATION", by=acme.admin)
    at_once = await create(
        api, acme.id, "b.com", by=acme.admin, enrollmentMode="AUTOMATIC_INVITATION"
    )
    assert (await verify_by_code(api, domain, by=acme.admin)).payload
    sso = await set_mode(api, domain, "ENTERPRISE_SSO", by=acme.admin)
    instance = {
        "domainsEnrollmentModes": ["AUTOMATIC_INVITATION"],
        "automaticInvitationNeedsOwnership": True,
    }
    assert (await api.mutate("updateInstance", instance, by=SERVICE)).payload
    not_enabled = await set_mode(api, domain, "AUTOMATIC_SUGGESTION", by=acme.admin)
    not_owned = await set_mode(api, domain, "AUTOMATIC_INVITATION", by=acme.admin)
    await change(api, "verifyDomain", domain, by=SERVICE)
    owned = await set_mode(api, domain, "AUTOMATIC_INVITATION", by=acme.admin)

    assert codes(unverified) == codes(at_once) == ["organization_domain_not_verified"]
    assert fields(unverified) == ["input.enrollmentMode"]
    assert manual.payload["cursor"] is None
    for answer in (sso, not_enabled):
        assert answer.code == "FORBIDDEN"
        assert answer.reason == "organization_domain_enrollment_mode_not_enabled"
    assert codes(not_owned) == ["organization_domain_ownership_needed"]
    assert owned.payload["domain"]["enrollmentMode"] == "AUTOMATIC_INVITATION"


async def test_domains_can_be_disabled(api: Api, acme: Acme) -> None:
    domain = await verified(api, acme.id)
    assert (await api.mutate("updateInstance", {"domainsEnabled": False}, by=SERVICE)).payload

    for answer in (
        await create(api, acme.id, "b.com", by=acme.admin),
        await set_mode(api, domain, "AUTOMATIC_SUGGESTION", by=SERVICE),
        await send_code(api, domain, by=acme.admin),
        await look(api, domain, by=acme.admin),
    ):
        assert (answer.code, answer.reason) == ("FORBIDDEN", "organization_domains_not_enabled")
    assert len(await list_domains(api, acme.id, by=acme.admin)) == 1


async def test_a_domain_of_another_organization_is_not_found(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    domain = await created(api, acme.id, by=acme.admin)
    which = {"organizationId": other, "domainId": domain["id"]}

    for field in ("deleteDomain", "prepareDomainOwnership", "attemptDomainOwnership"):
        answer = await api.mutate(field, which, by=acme.outsider)
        assert codes(answer) == ["resource_not_found"], field
    document = "query($id: ID!) { node(id: $id) { id } }"
    assert (await api.run(document, {"id": domain["id"]}, by=acme.outsider)).data["node"] is None
    assert (await api.run(document, {"id": domain["id"]}, by=acme.admin)).data["node"]


async def test_a_secret_key_lists_all_domains(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    await created(api, acme.id, "acme.com", by=acme.admin)
    await created(api, other, "acme.dev", by=acme.outsider)
    await verified(api, other, "other.com")
    document = """query($query: String, $names: [String!], $organizationId: ID, $verified: Boolean) {
        domains(query: $query, names: $names, organizationId: $organizationId, verified: $verified) {
            nodes { name } totalCount } }"""

    async def names(**variables: object) -> list[str]:
        found = (await api.run(document, variables, by=SERVICE)).data["domains"]
        assert found["totalCount"] == len(found["nodes"])
        return [one["name"] for one in found["nodes"]]

    assert await names() == ["other.com", "acme.dev", "acme.com"]
    assert await names(query="acme") == ["acme.dev", "acme.com"]
    assert await names(names=["acme.com", "other.com"]) == ["other.com", "acme.com"]
    assert await names(organizationId=acme.id) == ["acme.com"]
    assert await names(verified=True) == ["other.com"]
    assert (await api.run(document, by=acme.admin)).code == "FORBIDDEN"


async def test_the_list_takes_an_offset(api: Api, acme: Acme) -> None:
    for number in range(4):
        await created(api, acme.id, f"acme{number}.com", by=acme.admin)
        api.clock.forward(seconds=1)
    document = """query($id: ID!, $first: Int, $last: Int, $after: String, $offset: Int) {
        organization(by: {id: $id}) {
            domains(first: $first, last: $last, after: $after, offset: $offset) {
                nodes { name } pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""

    async def names(**variables: object) -> list[str]:
        answer = await api.run(document, {"id": acme.id, **variables}, by=acme.admin)
        return [one["name"][4] for one in answer.data["organization"]["domains"]["nodes"]]

    assert await names(first=2, offset=1) == ["2", "1"]
    assert await names(last=2, offset=1) == ["2", "1"]
    assert await names(offset=4) == []
    for variables in ({"offset": -1}, {"offset": 1, "after": "x"}):
        answer = await api.run(document, {"id": acme.id, **variables}, by=acme.admin)
        assert answer.code == "BAD_USER_INPUT"
    answer = await api.run(document, {"id": acme.id, "offset": 10_001}, by=acme.admin)
    assert answer.code == "LIMIT_EXCEEDED"


async def test_the_affiliation_address_in_events_is_for_secret_keys(api: Api, acme: Acme) -> None:
    domain = await created(api, acme.id, by=acme.admin)
    await send_code(api, domain, by=acme.admin)
    document = """query($id: ID!) { organization(by: {id: $id}) {
        events(types: [DOMAIN_UPDATED]) { nodes { __typename data } } } }"""

    async def data_for(caller: Caller) -> dict[str, object]:
        answer = await api.run(document, {"id": acme.id}, by=caller)
        (event,) = answer.data["organization"]["events"]["nodes"]
        assert event["__typename"] == "OrganizationEvent"
        return event["data"]

    assert (await data_for(SERVICE))["affiliation_email_address"] == f"it@{NAME}"
    assert (await data_for(acme.admin))["affiliation_email_address"] is None
    code = await code_of(api, domain)
    assert code not in str(await data_for(SERVICE))


async def test_ownership_stays_when_the_record_is_removed(api: Api, acme: Acme) -> None:
    async with name_server() as dns:
        here = asking(api, dns)
        domain = await created(here, acme.id, by=acme.admin)
        dns.texts[RECORD] = [f'"{await prepare_record(here, domain, by=acme.admin)}"']
        assert (await look(here, domain, by=acme.admin)).payload
        dns.texts.clear()
        api.clock.forward(days=30)
        admin = await here.person(acme.admin.email)

        assert codes(await look(here, domain, by=admin)) == ["verification_already_verified"]
    assert (await stored(api, domain)).verified


async def test_a_code_survives_the_rotation_of_the_root_secret(api: Api, acme: Acme) -> None:
    """A code and a record that were made with an earlier root secret are still accepted."""
    domain = await created(api, acme.id, by=acme.admin)
    await send_code(api, domain, by=acme.admin)
    code = await code_of(api, domain)
    new_secret = "Zk3vQ8wLx1TnYb6RfHs0PdGm5JcUa9Ei"
    row = await stored(api, domain)
    async with api.store.read() as connection:
        both = derive_ticket_keys((new_secret, SECRET))
        assert await is_code(connection, both, row, code)
        assert not await is_code(connection, derive_ticket_keys((new_secret,)), row, code)


def test_a_name_in_another_script_is_stored_as_its_ascii_form() -> None:
    assert normalize_domain("Bücher.de") == "xn--bcher-kva.de"
    assert normalize_domain("ＡＣＭＥ。com") == "acme.com"
