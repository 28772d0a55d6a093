"""Matches events to streams: those that an event is for, and those whose rights it may change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from models.events import MEMBERSHIP_TYPES, Event, get_subject
from resolvers.events.event_log import Scope
from resolvers.subscriptions.streams import Stream

# What changes the rights of members without an event about them.
ROLE_MODEL = frozenset({"role", "permission", "roleSet"})

Groups = Mapping[Scope, Sequence[Stream]]


def group_streams(streams: Iterable[Stream]) -> Groups:
    groups: dict[Scope, list[Stream]] = defaultdict(list)
    for stream in streams:
        groups[stream.scope].append(stream)
    return groups


def find_matching(event: Event, groups: Groups) -> Iterable[Stream]:
    """Finds the streams whose scope includes the event."""
    return (stream for scope in _list_scopes(event) for stream in groups.get(scope, ()))


def find_affected(events: Iterable[Event], groups: Groups) -> set[Stream]:
    """Finds the matching streams, and all of organizations if the role model has changed."""
    scopes = {scope for event in events for scope in _list_scopes(event)}
    if any(get_subject(event.type) in ROLE_MODEL for event in events):
        scopes |= {scope for scope in groups if scope.organization_id is not None}
    return {stream for scope in scopes for stream in groups.get(scope, ())}


def _list_scopes(event: Event) -> Iterable[Scope]:
    """Lists the scopes that include an event."""
    yield Scope()
    if event.organization_id is not None:
        yield Scope(event.organization_id)
    if event.user_id is not None and event.type in MEMBERSHIP_TYPES:
        yield Scope(member_id=event.user_id)
