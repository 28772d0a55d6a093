"""What an operation has read is freed when it ends, without the garbage collector.

Each operation of a busy server would otherwise leave hundreds of objects to the collector, which
stops everything while it looks for them.
"""

import gc
from asyncio import sleep
from collections.abc import Iterator

import pytest

from resolvers.queries.loaders import Loaders
from schema.execution.shared_execution import SharedExecution
from schema.foundation.context import Context
from tests.support.api import SERVICE, Api, operation
from tests.support.data.factories import Acme

MEMBERS = """query($id: ID!) { organization(by: { id: $id }) { plan { key }
    memberships(first: 5) { nodes { role { key permissions { key } } user { id } } } } }"""


KINDS = (SharedExecution, Context, Loaders)


@pytest.fixture
def without_collector() -> Iterator[None]:
    """Stops the collector, and hides from it what earlier tests have left."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()


async def left_over() -> set[str]:
    # The event loop may still have to call what was awaited last.
    await sleep(0)
    # An object can have a property of the name __class__ that fails, such as the settings of Django.
    found = [one for one in gc.get_objects() if issubclass(type(one), KINDS)]
    # The executor that those of an operation are copies of has no context, and is kept.
    return {type(one).__name__ for one in found if getattr(one, "context_value", one) is not None}


async def test_a_query_leaves_nothing(api: Api, acme: Acme, without_collector: None) -> None:
    answer = await api.run(MEMBERS, {"id": acme.id}, by=acme.admin)

    assert len(answer.data["organization"]["memberships"]["nodes"]) == 2
    assert await left_over() == set()


async def test_a_permission_check_leaves_nothing(
    api: Api, acme: Acme, without_collector: None
) -> None:
    given = {"organizationId": acme.id, "permission": "org:sys_memberships:manage"}

    answer = await api.run(operation("check-permission"), given, by=acme.admin)

    assert answer.data["checkPermission"]["allowed"]
    assert await left_over() == set()


async def test_an_event_leaves_nothing(api: Api, acme: Acme, without_collector: None) -> None:
    query = "{ events(first: 50) { nodes { type ... on MembershipEvent { membership { role { key } } } } } }"

    answer = await api.run(query, {}, by=SERVICE)

    assert "MEMBERSHIP_CREATED" in {node["type"] for node in answer.data["events"]["nodes"]}
    assert await left_over() == set()


async def test_a_mutation_leaves_nothing(api: Api, acme: Acme, without_collector: None) -> None:
    answer = await api.mutate(
        "updateMembership",
        {"organizationId": acme.id, "userId": acme.member.id, "role": "org:admin"},
        "membership { role { key } organization { plan { key } } }",
        by=acme.admin,
    )

    assert answer.payload["membership"]["role"]["key"] == "org:admin"
    assert await left_over() == set()


async def test_a_refusal_leaves_nothing(api: Api, acme: Acme, without_collector: None) -> None:
    answer = await api.run(MEMBERS, {"id": acme.id}, by=acme.outsider)

    assert answer.data["organization"] is None
    answer = await api.mutate(
        "updateMembership",
        {"organizationId": acme.id, "userId": acme.member.id, "role": "org:admin"},
        "membership { id }",
        by=acme.outsider,
    )
    assert answer.code == "NOT_FOUND"
    assert await left_over() == set()
