"""Matches events to streams: those that an event is for, and those whose rights it may change."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.events import INSTANCE, OWN_TYPES, PERMISSION, ROLE, ROLE_SET, Event, get_subject
from resolvers.events.scopes import Scope
from resolvers.events.viewers import TYPES_TO_LOOK_UP
from resolvers.subscriptions.streams import Stream

# What changes the rights of members without an event about them.
RIGHTS_MODEL = frozenset({ROLE, PERMISSION, ROLE_SET, INSTANCE})

# The IDs of the users whom an event concerns, by its cursor.
Concerned = Mapping[int, Collection[str]]


@dataclass(frozen=True, slots=True)
class Groups:
    """The streams by their scope, and those that need to know whom an event concerns."""

    by_scope: Mapping[Scope, Sequence[Stream]]
    looking_up: Sequence[Stream]

    @property
    def user_ids(self) -> Sequence[str]:
        """The users for whom to look up what concerns them."""
        ids = {stream.scope.viewer_id for stream in self.looking_up}
        return sorted(id for id in ids if id is not None)


def group_streams(streams: Iterable[Stream]) -> Groups:
    by_scope: dict[Scope, list[Stream]] = defaultdict(list)
    looking_up: list[Stream] = []
    for stream in streams:
        for scope in _list_parts(stream.scope):
            by_scope[scope].append(stream)
        if stream.scope.viewer_id and (stream.types is None or stream.types & TYPES_TO_LOOK_UP):
            looking_up.append(stream)
    return Groups(by_scope, looking_up)


def _list_parts(scope: Scope) -> Iterable[Scope]:
    """Lists the scopes that events name: a scope of several organizations consists of theirs."""
    if scope.organization_ids is None:
        return (scope,)
    return map(Scope, scope.organization_ids)


def find_possible(event: Event, groups: Groups) -> Iterable[Stream]:
    """Finds the streams whose scope can include the event, before it is known whom it concerns."""
    yield from _find_by_scope(event, groups)
    if event.type in TYPES_TO_LOOK_UP:
        yield from groups.looking_up


def find_matching(event: Event, groups: Groups, concerned: Concerned) -> Iterable[Stream]:
    """Finds the streams whose scope includes the event."""
    yield from _find_by_scope(event, groups)
    for user_id in concerned.get(event.cursor, ()):
        yield from groups.by_scope.get(Scope(viewer_id=user_id), ())


def find_affected(events: Collection[Event], groups: Groups, concerned: Concerned) -> set[Stream]:
    """Finds the matching streams, and all of organizations if an event changes what members can."""
    affected = {stream for event in events for stream in find_matching(event, groups, concerned)}
    if any(get_subject(event.type) in RIGHTS_MODEL for event in events):
        affected.update(
            stream
            for scope, streams in groups.by_scope.items()
            if scope.organization_id is not None
            for stream in streams
        )
    return affected


def _find_by_scope(event: Event, groups: Groups) -> Iterable[Stream]:
    for scope in _list_scopes(event):
        yield from groups.by_scope.get(scope, ())


def _list_scopes(event: Event) -> Iterable[Scope]:
    """Lists the scopes that include an event, as it says itself."""
    yield Scope()
    if event.organization_id is not None:
        yield Scope(event.organization_id)
    if event.user_id is not None and event.type in OWN_TYPES:
        yield Scope(viewer_id=event.user_id)
