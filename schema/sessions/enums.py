"""The enums of sessions."""

from models.sessions import SessionStatus
from resolvers.sessions.claims import TokenFormat
from schema.foundation.enums import describe_enum

describe_enum(
    SessionStatus,
    "The status of a session.",
    {
        SessionStatus.ACTIVE: "The session can be used.",
        SessionStatus.PENDING: "The session is open, but the user must complete a task before it"
        " can be used.",
        SessionStatus.ENDED: "The user ended the session.",
        SessionStatus.EXPIRED: "The session expired.",
        SessionStatus.REVOKED: "A secret key revoked the session.",
    },
)


describe_enum(
    TokenFormat,
    "The format of the claims in a session token.",
    {
        TokenFormat.V2: "The organization is in the claim `o`, in a compact form.",
        TokenFormat.V1: "The claims are `org_id`, `org_slug`, `org_role`, `org_permissions`, and"
        " `orgs`.",
        TokenFormat.LEGACY: "The claims are `org_id`, `orgs`, and `org_role` with the role names of"
        " 2022, such as `basic_member`.",
    },
    name="SessionTokenFormat",
)
