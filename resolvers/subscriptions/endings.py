"""Why streams end: the server stops, the credential is no longer valid, or rights are lost."""

from collections.abc import Iterable, Mapping, Set

from models.errors.request import RequestError, Unauthenticated, Unavailable
from models.events import Event, EventType
from resolvers.subscriptions.rights import Rights
from resolvers.subscriptions.streams import Stream

SESSION_OVER = frozenset({EventType.SESSION_ENDED.value, EventType.SESSION_REVOKED.value})


def credential_expired() -> RequestError:
    return Unauthenticated(
        "The credential for this subscription is no longer valid. Sign in and subscribe again."
    )


def server_stopping() -> RequestError:
    return Unavailable(
        "The server is shutting down. Subscribe again after the last event that you received."
    )


def end_signed_out(streams: Iterable[Stream], row: Event) -> None:
    """Ends the streams of a session that has ended, or of a user that was deleted."""
    if row.type in SESSION_OVER:
        for stream in streams:
            if stream.actor.session and stream.actor.session.id == row.object_id:
                stream.end(credential_expired())
    elif row.type == EventType.USER_DELETED.value:
        for stream in streams:
            if stream.actor.user_id == row.user_id:
                stream.end(credential_expired())


def end_refused(affected: Set[Stream], rights: Rights) -> Mapping[Stream, RequestError]:
    """Finds the streams that must end, with the reasons, and ends those of users."""
    refusals = {stream: refusal for stream in affected if (refusal := rights.find_refusal(stream))}
    for stream, refusal in refusals.items():
        if not stream.actor.is_service:
            stream.end(refusal)
    return refusals
