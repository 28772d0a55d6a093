"""What the events of `viewerEvents` leave out, because the viewer can't read it elsewhere."""

from typing import cast

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


def hide_from_viewer(event: Event) -> Event:
    """Removes what the viewer can't read; the result is the same for all viewers of the event."""
    subject = get_subject(event.name)
    hidden = {name: None for name in HIDDEN.get(subject, ()) if name in event.data}
    event.data = cast(JSONObject, event.data | hidden)
    if subject not in WITH_ACTOR:
        event.actor = EventActor(type=event.actor.type, id=None)
    return event
