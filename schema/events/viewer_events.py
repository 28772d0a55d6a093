"""What events for a viewer leave out, because the viewer can't read it elsewhere."""

from collections.abc import Mapping
from copy import copy
from typing import Any, cast

from models.events import (
    INVITATION,
    MEMBERSHIP,
    MEMBERSHIP_REQUEST,
    ORGANIZATION,
    SESSION,
    USER,
    get_subject,
)
from schema.events.types import Event, EventActor
from schema.foundation.scalars import JSONObject

# By subject: the IDs of other people. An invited person doesn't learn who else has accepted.
HIDDEN = {
    ORGANIZATION: ("created_by",),
    INVITATION: ("inviter_id", "user_id"),
    MEMBERSHIP_REQUEST: ("decided_by",),
}
# The subjects whose events say who caused them.
WITH_ACTOR = frozenset({MEMBERSHIP, USER, SESSION})


def _hide(data: Mapping[str, Any], subject: str) -> JSONObject:
    hidden: dict[str, Any] = {name: None for name in HIDDEN.get(subject, ()) if name in data}
    if isinstance(data.get(ORGANIZATION), dict):
        hidden[ORGANIZATION] = _hide(data[ORGANIZATION], ORGANIZATION)
    return cast(JSONObject, {**data, **hidden})


def hide_from_viewer(event: Event) -> Event:
    """Removes what the viewer can't read; the result is the same for all viewers of the event."""
    subject = get_subject(event.name)
    # Those who follow the organization share the event.
    event = copy(event)
    event.data = _hide(event.data, subject)
    if subject not in WITH_ACTOR:
        event.actor = EventActor(type=event.actor.type, id=None)
    return event
