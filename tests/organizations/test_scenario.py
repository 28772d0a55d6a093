"""The custom flow of the first seed document: an organization
is made, renamed, staffed, and left by its people.
"""

from tests.support.api import NOBODY, SERVICE, Api, contents
from tests.support.data.factories import Acme


async def test_an_organization_from_its_making_to_the_last_removal(api: Api) -> None:
    ada = await api.person("ada@example.com", given_name="Ada")
    grace = await api.person("grace@example.com", given_name="Grace")

    made = (await api.send("create-organization", by=ada, name="Acme")).payload
    organization_id = made["organization"]["id"]
    renamed = (
        await api.send(
            "update-organization", by=ada, organizationId=organization_id, name="Acme Ltd"
        )
    ).payload
    mine = (await api.send("my-organizations", by=ada)).data["viewer"]["memberships"]["nodes"]
    added = (
        await api.send("add-member", by=SERVICE, organizationId=organization_id, newUserId=grace.id)
    ).payload
    members = (await api.send("members", by=grace, organizationId=organization_id)).data[
        "organization"
    ]
    who = {"organizationId": organization_id, "userId": grace.id}
    promoted = (await api.send("change-role", by=ada, **who, role="org:admin")).payload
    demoted = (await api.send("change-role", by=ada, **who, role="org:member")).payload
    last = await api.send(
        "change-role", by=ada, organizationId=organization_id, userId=ada.id, role="org:member"
    )
    removed = (await api.send("remove-member", by=ada, **who)).payload
    after = (await api.send("members", by=ada, organizationId=organization_id)).data["organization"]

    assert made["organization"]["slug"] == "acme"
    assert made["membership"]["role"]["key"] == "org:admin"
    assert renamed["organization"]["name"] == "Acme Ltd"
    assert [one["organization"]["name"] for one in mine] == ["Acme Ltd"]
    assert added["membership"]["role"]["key"] == "org:member"
    assert [one["user"]["firstName"] for one in members["memberships"]["nodes"]] == ["Grace", "Ada"]
    assert promoted["membership"]["role"]["key"] == "org:admin"
    assert demoted["membership"]["role"]["key"] == "org:member"
    assert [one["code"] for one in last.user_errors] == ["organization_minimum_permissions_needed"]
    assert removed["membership"]["user"]["identifier"] == "grace@example.com"
    assert after["memberships"]["totalCount"] == 1
    assert (await api.send("members", by=grace, organizationId=organization_id)).data[
        "organization"
    ] is None


async def test_the_same_flow_as_an_outsider_a_member_and_nobody(api: Api, acme: Acme) -> None:
    who = {"organizationId": acme.id, "userId": acme.admin.id}
    steps = {
        "update-organization": {"organizationId": acme.id, "name": "Mine"},
        "change-role": {**who, "role": "org:member"},
        "remove-member": who,
        "delete-organization": {"organizationId": acme.id},
    }
    before = await contents(api.store)

    for name, variables in steps.items():
        assert (await api.send(name, by=acme.outsider, **variables)).code == "NOT_FOUND"
        assert (await api.send(name, by=acme.member, **variables)).code == "FORBIDDEN"
        assert (await api.send(name, by=NOBODY, **variables)).code == "UNAUTHENTICATED"

    assert (await api.send("members", by=acme.outsider, organizationId=acme.id)).data[
        "organization"
    ] is None
    assert await contents(api.store) == before
