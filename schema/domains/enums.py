"""The enums of domains."""

from models.domains import VerificationStatus, VerificationStrategy
from models.instance import EnrollmentMode
from schema.foundation.enums import describe_enum

describe_enum(
    EnrollmentMode,
    "What happens when a user with a verified address at a domain appears.",
    {
        EnrollmentMode.MANUAL_INVITATION: "Nothing: members invite people.",
        EnrollmentMode.AUTOMATIC_INVITATION: "The user gets an invitation in the default role of"
        " the role set.",
        EnrollmentMode.AUTOMATIC_SUGGESTION: "The user gets a suggestion, and can ask to join.",
        EnrollmentMode.ENTERPRISE_SSO: "Users join through an enterprise connection, which sets"
        " this mode.",
    },
)
describe_enum(
    VerificationStatus,
    "The status of a proof.",
    {
        VerificationStatus.UNVERIFIED: "The proof is open, or was taken over by another"
        " organization.",
        VerificationStatus.VERIFIED: "The proof was given.",
        VerificationStatus.FAILED: "The code was entered wrongly too often.",
        VerificationStatus.EXPIRED: "The proof wasn't given in time.",
    },
    name="DomainVerificationStatus",
)
describe_enum(
    VerificationStrategy,
    "The kind of a proof.",
    {
        VerificationStrategy.EMAIL_CODE: "A code in an email to an address at the domain, or the"
        " verified address of the member who asked.",
        VerificationStrategy.TXT: "A TXT record in the DNS of the domain.",
        VerificationStrategy.MANUAL_OVERRIDE: "A secret key verified the domain.",
    },
    name="DomainVerificationStrategy",
)
