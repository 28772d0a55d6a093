"""What the subscribers of an event share is the same for all of them."""

from collections.abc import Hashable
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.types import ExecutionResult

from models.errors.request import NotFound, Unauthenticated
from schema.events.enums import ActorType, EventType
from schema.events.types import EventActor, OrganizationEvent
from schema.events.viewer_events import hide_from_viewer
from schema.foundation.scalars import DateTime, JSONObject
from server.http.graphql.encoding import Encoder
from tests.support.api import Clock

ENCODER = Encoder(maximum=1_000, allowed_cost=1, shows_hints=True, shows_cost=False)


def test_what_is_hidden_from_viewers_stays_in_the_shared_event() -> None:
    event = OrganizationEvent(
        id=strawberry.ID("evt_1"),
        cursor="1",
        type=EventType.ORGANIZATION_UPDATED,
        name="organization.updated",
        occurred_at=DateTime(Clock()()),
        organization_id=strawberry.ID("org_1"),
        actor=EventActor(type=ActorType.USER, id=strawberry.ID("user_1")),
        data=JSONObject({"created_by": "user_1"}),
    )

    hidden = hide_from_viewer(event)

    assert (hidden.actor.id, hidden.data) == (None, {"created_by": None})
    assert (event.actor.id, event.data) == ("user_1", {"created_by": "user_1"})


def test_each_subscriber_gets_its_own_errors() -> None:
    """After an event, streams can end for different reasons, all without data."""
    answers: dict[Hashable, Any] = {}
    encoded = [
        ENCODER.encode_event(
            ExecutionResult(data=None, errors=[GraphQLError("", original_error=error)]),
            answers,
            executed=True,
        )
        for error in (NotFound(), Unauthenticated())
    ]

    codes = [one.body["errors"][0]["extensions"]["code"] for one in encoded]
    assert codes == ["NOT_FOUND", "UNAUTHENTICATED"]
