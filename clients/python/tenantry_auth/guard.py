"""Decides whether a request is let in, for every framework alike."""

from dataclasses import dataclass

from tenantry_auth.auth import Auth


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the caller of a page must have."""

    role: str | None = None
    permission: str | None = None
    feature: str | None = None
    plan: str | None = None
    # Name of the path parameter with the slug or ID of the organization.
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a caller isn't let in."""

    status: int
    code: str
    message: str

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"} if self.status == 401 else {}


def judge(auth: Auth, required: Requirement) -> Refusal | None:
    """Returns why the caller isn't let in, or None."""
    if auth.reason == "session-pending":
        return Refusal(403, "session_pending", "Choose an organization first.")
    if auth.reason == "keys-unavailable":
        # Whoever signs in again would be sent to sign in again.
        message = "Sessions can't be verified now. Try again soon."
        return Refusal(503, "keys_unavailable", message)
    if not auth.is_authenticated:
        return Refusal(401, "authentication_required", "Sign in first.")
    if required.organization and not auth.org_id:
        # The same answer, whether the organization exists or not.
        return Refusal(404, "organization_not_found", "There is no such organization.")
    asked = {
        "role": required.role,
        "permission": required.permission,
        "feature": required.feature,
        "plan": required.plan,
    }
    if any(value is not None for value in asked.values()) and not auth.has(**asked):
        message = "You don't have the role or permission for this."
        return Refusal(403, "permission_denied", message)
    return None
