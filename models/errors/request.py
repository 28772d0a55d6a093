"""The errors of a request as a whole, such as for authentication and permissions."""

from typing import Any, ClassVar


class RequestError(Exception):
    """A top-level error with `extensions.code`, such as for authentication and permissions."""

    code: ClassVar[str]
    message: ClassVar[str]

    def __init__(self, message: str | None = None, **extensions: Any) -> None:
        super().__init__(message or self.message)
        self.extensions = extensions


class Unauthenticated(RequestError):
    code = "UNAUTHENTICATED"
    message = "This requires a credential. Send it in the header Authorization: Bearer <token>."


class Forbidden(RequestError):
    """`reason` names the rule, and `permissions` the missing keys if that is the reason."""

    code = "FORBIDDEN"
    message = "You don't have permission to do this."


class NotFound(RequestError):
    """The same error for an organization that does not exist and for one without membership."""

    code = "NOT_FOUND"
    message = "The organization doesn't exist, or you aren't a member of it."

    def __init__(self) -> None:
        super().__init__(reason="organization_not_found_or_unauthorized")


class DeletedMeanwhile(RequestError):
    """An object was deleted after another one that refers to it was read."""

    code = "NOT_FOUND"
    message = "This object was deleted a moment ago."

    def __init__(self) -> None:
        super().__init__(reason="deleted_meanwhile")


class BadUserInput(RequestError):
    code = "BAD_USER_INPUT"
    message = "The request is invalid."


class PersistedQueryNotSupported(RequestError):
    """Clients recognize this code and message, and send the whole query from then on."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"
    message = "PersistedQueryNotSupported"


class IdempotencyMismatch(RequestError):
    code = "IDEMPOTENCY_MISMATCH"
    message = (
        "This Idempotency-Key was already used for a request with another document, operation name,"
        " or variables. Use a new key for each new request."
    )


class CursorExpired(RequestError):
    code = "CURSOR_EXPIRED"
    message = (
        "The event log no longer contains all events after this cursor. Read the data again, and"
        " continue with a new cursor."
    )


class LimitExceeded(RequestError):
    code = "LIMIT_EXCEEDED"
    message = "The request exceeds a limit."


class TooSlow(LimitExceeded):
    message = (
        "The client reads events more slowly than they occur. Subscribe again after the last event"
        " that you received."
    )


class RateLimited(RequestError):
    """`retryAfter` is the number of seconds to wait."""

    code = "RATE_LIMITED"
    message = "Too many requests. Try again later."


class Unavailable(RequestError):
    """The database is unreachable or busy; the same request may succeed later.

    Only a transaction that was not committed says that nothing was changed, because a read can be
    for the payload of a mutation that was committed.
    """

    code = "UNAVAILABLE"
    cause: ClassVar[str] = "The database can't be reached right now."

    def __init__(
        self, message: str | None = None, *, is_unchanged: bool = False, **extensions: Any
    ) -> None:
        what_now = "Try again in a moment."
        what_now = f"Nothing was changed. {what_now}" if is_unchanged else what_now
        super().__init__(message or f"{self.cause} {what_now}", **extensions)


class Busy(Unavailable):
    """Others have held a lock or a connection for too long; `retryAfter` is in seconds."""

    cause = "The database is busy."

    def __init__(self, *, is_unchanged: bool = False) -> None:
        super().__init__(is_unchanged=is_unchanged, reason="busy", retryAfter=1)


class CommitUnknown(Unavailable):
    """The connection was lost between COMMIT and its answer."""

    def __init__(self) -> None:
        super().__init__(
            "The connection to the database was lost during the commit, so it's unknown whether the"
            " change was stored. Send the request again with the same Idempotency-Key. Without a"
            " key, read the data first, and repeat the request only if the change is missing.",
            reason="commit_unknown",
        )


class NameServersSilent(Unavailable):
    """The name servers didn't answer, so nobody knows whether the record is there."""

    cause = "The name servers didn't answer."


class SecretUnreadable(RequestError):
    """A stored secret was encrypted with another root secret, which the operator must add."""

    code = "SECRET_UNREADABLE"
    message = (
        "TENANTRY_SECRET can't decrypt the secret of this webhook endpoint. Add the root secret"
        " that it was encrypted with to the end of TENANTRY_SECRET, or call rotateWebhookSecret."
    )
