"""The enums of sessions."""

from models.sessions import SessionStatus
from resolvers.sessions.claims import TokenFormat
from schema.foundation.enums import describe_enum

describe_enum(
    SessionStatus,
    "What became of a session.",
    {
        SessionStatus.ACTIVE: "It is in use.",
        SessionStatus.PENDING: "It is open, with a task to be done first.",
        SessionStatus.ENDED: "Its user ended it.",
        SessionStatus.EXPIRED: "Its time is over.",
        SessionStatus.REVOKED: "A secret key ended it.",
    },
)


describe_enum(
    TokenFormat,
    "How the claims of a session token are written.",
    {
        TokenFormat.V2: "With the organization in the claim o.",
        TokenFormat.V1: "With org_id, org_slug, org_role, org_permissions and orgs.",
        TokenFormat.LEGACY: "With org_id, the org_role of 2022 and orgs.",
    },
    name="SessionTokenFormat",
)
