"""The errors of an input, which the user can fix."""

from collections.abc import Sequence
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
