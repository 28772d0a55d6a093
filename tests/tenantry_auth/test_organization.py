"""tenantry-auth in the organization of a URL."""

import httpx
import pytest
from starlette.exceptions import HTTPException

from tenantry_auth import Auth, Unavailable
from tenantry_auth.access import AccessReader
from tests.support.servers.fake_tenantry import (
    LAB,
    NOW,
    URL,
    Fake,
    bearing,
    organization,
    seen,
    token,
)


async def test_the_organization_of_the_url_counts() -> None:
    auth = await seen(token(), organization="lab")

    assert (auth.user_id, auth.org_id, auth.org_role) == ("user_1", "org_2", "org:member")
    assert auth.has(permission="org:sys_memberships:read", plan="free", feature="reports")
    assert not auth.has(permission="org:sys_memberships:manage")
    assert not auth.has(plan="pro")


@pytest.mark.parametrize("slug", ["", "x" * 101])
async def test_what_no_organization_can_be_called_is_not_asked_for(slug: str) -> None:
    server = Fake()
    auth = await server.tenantry().authenticate(bearing(token()), organization=slug)

    assert (auth.user_id, auth.org_id, auth.permissions) == ("user_1", None, frozenset())
    assert server.documents == []


async def test_an_outsider_sees_the_same_as_for_no_organization() -> None:
    foreign = Fake(lambda: organization({**LAB, "membership": None})).tenantry()
    unknown = Fake(lambda: organization(None)).tenantry()
    seen = [
        await tenantry.authenticate(bearing(token()), organization="lab")
        for tenantry in (foreign, unknown)
    ]

    assert seen[0] == seen[1]
    assert (seen[0].user_id, seen[0].org_id) == ("user_1", None)
    assert not seen[0].has(role="org:admin")


async def test_a_role_counts_for_ten_seconds_and_for_one_user() -> None:
    server = Fake()
    tenantry = server.tenantry()

    async def read(user: str) -> Auth:
        return await tenantry.authenticate(bearing(token(sub=user)), organization="lab")

    await read("user_1")
    server.answer = lambda: organization(None)
    server.now = NOW + 9.9
    assert (await read("user_1")).org_id == "org_2"
    assert (await read("user_2")).org_id is None
    assert len(server.documents) == 2

    server.now = NOW + 10
    assert (await read("user_1")).org_id is None


async def test_a_role_is_no_newer_than_the_question() -> None:
    server = Fake()

    def answer_late() -> httpx.Response:
        server.now += 6
        return organization(LAB)

    server.answer = answer_late
    tenantry = server.tenantry()
    for _ in range(2):
        await tenantry.authenticate(bearing(token()), organization="lab")
        server.now += 4

    assert len(server.documents) == 2


def test_a_secret_key_is_not_shown() -> None:
    # Tools that report exceptions show the objects of each frame.
    reader = AccessReader(URL, "sk_1", lambda: NOW, httpx.MockTransport(Fake().handle))

    assert "sk_1" not in repr(reader)


async def test_the_oldest_of_many_roles_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenantry_auth.access.MOST_ENTRIES", 2)
    server = Fake()
    tenantry = server.tenantry()

    async def read(user: str) -> int:
        before = len(server.documents)
        await tenantry.authenticate(bearing(token(sub=user)), organization="lab")
        return len(server.documents) - before

    await read("user_0")
    server.now += 10
    # The first was read again, so that the second is the oldest.
    assert [await read(f"user_{n}") for n in (1, 0, 2, 0, 1)] == [1, 1, 1, 0, 1]


async def test_an_organization_can_be_named_by_a_number() -> None:
    server = Fake(lambda: organization(None))
    request = bearing(token())
    request.path_params["slug"] = 7
    with pytest.raises(HTTPException) as refused:
        await server.tenantry().require(organization="slug")(request)

    assert refused.value.status_code == 404


async def test_half_an_answer_lets_nobody_in() -> None:
    half = {"data": {"organization": LAB}, "errors": [{"message": "Busy."}]}
    tenantry = Fake(lambda: httpx.Response(200, json=half)).tenantry()
    with pytest.raises(Unavailable, match="answered 200"):
        await tenantry.authenticate(bearing(token()), organization="lab")


async def test_a_failure_lets_nobody_in_and_is_not_kept() -> None:
    server = Fake(lambda: httpx.Response(503, json={"errors": [{"message": "Busy."}]}))
    tenantry = server.tenantry()
    with pytest.raises(Unavailable, match="503"):
        await tenantry.authenticate(bearing(token()), organization="lab")

    server.answer = lambda: organization(LAB)
    assert (await tenantry.authenticate(bearing(token()), organization="lab")).org_id == "org_2"
