"""IDs that organizations have in other systems, and when they were created there."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.api import SERVICE, Answer, Api, Caller, events
from tests.support.data.factories import Acme, an_organization
from tests.support.data.invitations import codes, fields, unchanged

ORGANIZATION = "organization { id externalId createdAt }"


async def create(api: Api, by: Caller = SERVICE, **input: Any) -> Answer:
    return await api.mutate("createOrganization", {"name": "Acme", **input}, ORGANIZATION, by=by)


async def update(api: Api, id: str, by: Caller = SERVICE, **input: Any) -> Answer:
    return await api.mutate(
        "updateOrganization", {"organizationId": id, **input}, ORGANIZATION, by=by
    )


async def find(api: Api, external_id: str, by: Caller = SERVICE) -> Answer:
    return await api.send("organization-by-external-id", by=by, externalId=external_id)


async def test_a_secret_key_finds_an_organization_by_its_external_id(api: Api, acme: Acme) -> None:
    made = (await create(api, externalId="org_2abC")).payload["organization"]
    found = (await find(api, "org_2abC")).data["organization"]
    assert (found["id"], found["externalId"]) == (made["id"], "org_2abC")
    assert (await find(api, "ORG_2ABC")).data == {"organization": None}

    # Changing and removing it.
    await update(api, made["id"], externalId="42")
    assert (await find(api, "org_2abC")).data == {"organization": None}
    assert (await find(api, "42")).data["organization"]["id"] == made["id"]
    assert (await update(api, made["id"], externalId=None)).payload["organization"] == {
        **made,
        "externalId": None,
    }

    # The log tells that something changed, but not what, because members read it.
    changed = [event for event in await events(api.store) if event["changes"] is not None]
    assert [event["changes"] for event in changed] == [{}, {}]
    assert "org_2abC" not in str(await events(api.store))


async def test_users_neither_see_nor_use_it(api: Api, acme: Acme) -> None:
    await update(api, acme.id, externalId="acme-1")

    seen = await api.run(
        f'{{ organization(by: {{ id: "{acme.id}" }}) {{ id externalId }} }}', by=acme.admin
    )
    assert seen.data["organization"] == {"id": acme.id, "externalId": None}
    async with unchanged(api):
        refusals = [
            await find(api, "acme-1", by=acme.admin),
            await find(api, "never", by=acme.admin),
            await create(api, by=acme.admin, externalId="acme-2"),
            await create(api, by=acme.admin, createdAt=api.clock().isoformat()),
            await update(api, acme.id, by=acme.admin, externalId="acme-2"),
        ]
    assert {answer.reason for answer in refusals} == {"secret_key_required"}
    assert refusals[0].body == refusals[1].body


async def test_it_is_unique_and_readable(api: Api, acme: Acme) -> None:
    await update(api, acme.id, externalId="acme-1")
    other = await an_organization(api, by=SERVICE)

    async with unchanged(api):
        refused = [
            answer
            for id in ("acme-1", "", " ", "a\nb", "x" * 256)
            for answer in (
                await create(api, externalId=id),
                await update(api, other, externalId=id),
            )
        ]
    assert [codes(answer) for answer in refused[::2]] == [
        ["form_identifier_exists"],
        ["form_param_missing"],
        ["form_param_missing"],
        ["form_param_format_invalid"],
        ["form_param_max_length_exceeded"],
    ]
    assert [codes(answer) for answer in refused[1::2]] == [codes(answer) for answer in refused[::2]]
    assert {field for answer in refused for field in fields(answer)} == {"input.externalId"}
    # Its own is no conflict.
    assert (await update(api, acme.id, externalId="acme-1")).payload


@pytest.mark.both_databases
async def test_one_of_many_gets_it(api: Api) -> None:
    for answers in (
        await asyncio.gather(*(create(api, externalId="a") for _ in range(8))),
        await asyncio.gather(
            *[
                update(api, await an_organization(api, by=SERVICE), externalId="b", slug=f"b-{n}")
                for n in range(8)
            ]
        ),
    ):
        losers = [codes(answer) for answer in answers if answer.user_errors]
        assert losers == [["form_identifier_exists"]] * 7
        assert {fields(answer)[0] for answer in answers if answer.user_errors} == {
            "input.externalId"
        }


async def test_an_imported_organization_keeps_its_time(api: Api) -> None:
    now = api.clock()
    await create(api)
    old = now - timedelta(days=900)
    made = (await create(api, createdAt=old.isoformat())).payload["organization"]
    assert datetime.fromisoformat(made["createdAt"]) == old

    listed = await api.run("{ organizations { nodes { id } } }", by=SERVICE)
    assert [node["id"] for node in listed.data["organizations"]["nodes"]][-1] == made["id"]

    async with unchanged(api):
        refused = [
            await create(api, createdAt=(now + timedelta(seconds=1)).isoformat()),
            await create(api, createdAt="1969-12-31T23:59:59Z"),
        ]
    assert [codes(answer) for answer in refused] == [["form_param_value_invalid"]] * 2
    assert {fields(answer)[0] for answer in refused} == {"input.createdAt"}
