"""All expected errors, each with a stable code and a sentence for the user."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar


def to_camel_case(name: str) -> str:
    """Converts a name to the spelling of the API."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


class InputError(Exception):
    """An error that the user can fix; it is in the payload's `userErrors`, and nothing changed."""

    code: ClassVar[str]

    def __init__(self, message: str, *, at: str | None = None, **meta: Any) -> None:
        super().__init__(message)
        self.message = message
        self.field = ["input", to_camel_case(at)] if at else None
        self.meta = meta or None


class InputErrors(Exception):
    """Several errors of one input, reported together."""

    def __init__(self, errors: Sequence[InputError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


class AlreadyAMember(InputError):
    code = "already_a_member_in_organization"


class MinimumPermissionsNeeded(InputError):
    code = "organization_minimum_permissions_needed"


class MembershipQuotaExceeded(InputError):
    code = "organization_membership_quota_exceeded"


class InsufficientSeats(InputError):
    """`meta.seats_quantity` is the number of seats that are needed in all."""

    code = "insufficient_seats"


class SeatsManagedByPlan(InputError):
    code = "organization_seats_managed_by_plan"


class PlanSeatLimitExceeded(InputError):
    """`meta.limit` is the number of seats, and `meta.occupied` how many are taken."""

    code = "plan_seat_limit_exceeded"


class QuotaExceeded(InputError):
    code = "quota_exceeded"


class CreatorNotFound(InputError):
    code = "organization_creator_not_found"


class InvitationNotUnique(InputError):
    code = "organization_invitation_not_unique"


class DuplicateRecord(InputError):
    code = "duplicate_record"


class BulkSizeExceeded(InputError):
    code = "bulk_size_exceeded"


class RedirectDomainMismatch(InputError):
    code = "redirect_url_domain_mismatch"


class TicketInvalid(InputError):
    code = "ticket_invalid_code"


class TicketExpired(InputError):
    code = "ticket_expired_code"


class InvitationRevoked(InputError):
    code = "organization_invitation_revoked_code"


class InvitationAlreadyAccepted(InputError):
    code = "organization_invitation_already_accepted"


class InvitationDeclined(InputError):
    code = "organization_invitation_declined"


class InvitationNotPending(InputError):
    code = "organization_invitation_not_pending"


class InvitationNotGrantable(InputError):
    code = "organization_invitation_not_grantable"


class DomainCommon(InputError):
    code = "organization_domain_common"


class DomainBlocked(InputError):
    code = "organization_domain_blocked"


class DomainQuotaExceeded(InputError):
    code = "organization_domain_quota_exceeded"


class DomainAlreadyExists(InputError):
    code = "organization_domain_already_exists"


class DomainOfEnterpriseConnection(InputError):
    code = "organization_domain_exists_for_enterprise_connection"


class DomainMismatch(InputError):
    code = "organization_domain_mismatch"


class DomainNotVerified(InputError):
    code = "organization_domain_not_verified"


class DomainOwnershipNeeded(InputError):
    code = "organization_domain_ownership_needed"


class DomainRecordNotFound(InputError):
    """`meta.found` has the TXT records that are there instead."""

    code = "domain_record_not_found"


class CodeIncorrect(InputError):
    code = "form_code_incorrect"


class VerificationFailed(InputError):
    code = "verification_failed"


class VerificationExpired(InputError):
    code = "verification_expired"


class VerificationMissing(InputError):
    code = "verification_missing"


class AlreadyVerified(InputError):
    code = "verification_already_verified"


class SuggestionAlreadyAccepted(InputError):
    code = "organization_suggestion_already_accepted"


class RequestNotPending(InputError):
    code = "membership_request_not_pending"


class ApiKeyRevoked(InputError):
    code = "api_key_revoked"


class ApiKeyExpired(InputError):
    code = "api_key_expired"


class SessionClosed(InputError):
    code = "invalid_action_for_session"


class ResourceNotFound(InputError):
    code = "resource_not_found"


class IdentifierExists(InputError):
    code = "form_identifier_exists"


class ParameterUnknown(InputError):
    code = "form_param_unknown"


class ParameterMissing(InputError):
    code = "form_param_missing"


class ParameterNil(InputError):
    code = "form_param_nil"


class FormatInvalid(InputError):
    code = "form_param_format_invalid"


class ValueInvalid(InputError):
    code = "form_param_value_invalid"


class TooLong(InputError):
    code = "form_param_max_length_exceeded"


class TooShort(InputError):
    code = "form_param_min_length_exceeded"


class TooLarge(InputError):
    code = "form_param_exceeds_allowed_size"


class RoleAssignedMembers(InputError):
    code = "organization_role_assigned_members"


class RoleExistsInInvitations(InputError):
    code = "organization_role_exists_in_invitations"


class RoleIsCreatorRole(InputError):
    code = "organization_role_default_creator_role"


class RoleIsDefaultRole(InputError):
    code = "organization_role_domain_default_role"


class MissingCreatorRolePermissions(InputError):
    code = "organization_missing_creator_role_permissions"


class RolesQuotaExceeded(InputError):
    code = "organization_instance_roles_quota_exceeded"


class SystemPermissionNotModifiable(InputError):
    code = "organization_system_permission_not_modifiable"


class RolePermissionExists(InputError):
    code = "organization_role_permission_association_exists"


class ResourceInUse(InputError):
    code = "resource_in_use"


class WebhookEndpointDisabled(InputError):
    code = "webhook_endpoint_disabled"


class TokenTooLarge(InputError):
    """`meta.claim` names the claim that must become smaller; `meta.limit` is in bytes."""

    code = "token_too_large"


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


@dataclass(slots=True)
class ErrorCollector:
    """Collects the errors of one input, so that the user sees all of them at once."""

    errors: list[InputError] = field(default_factory=list[InputError])

    @contextmanager
    def at(self, name: str) -> Generator[None]:
        try:
            yield
        except InputError as error:
            error.field = ["input", to_camel_case(name)]
            self.errors.append(error)

    def reject_nulls(self, given: dict[str, Any], *names: str) -> dict[str, Any]:
        """Removes the named values that are null, and collects an error for each of them."""
        nulls = {name for name in names if name in given and given[name] is None}
        for name in nulls:
            with self.at(name):
                raise ParameterNil(
                    f"{to_camel_case(name)} can't be null. Leave it out to keep the current value."
                )
        return {name: value for name, value in given.items() if name not in nulls}

    def raise_if_any(self) -> None:
        if self.errors:
            raise InputErrors(self.errors)
