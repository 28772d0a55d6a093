"""The enums of invitations."""

from enum import Enum

import strawberry

from models.invitations import InvitationStatus
from schema.foundation.enums import describe_enum

describe_enum(
    InvitationStatus,
    "The status of an invitation.",
    {
        InvitationStatus.PENDING: "The invitation can be accepted.",
        InvitationStatus.ACCEPTED: "The invitation was accepted, and the invited person became a"
        " member.",
        InvitationStatus.REVOKED: "The invitation was revoked by a member or a secret key.",
        InvitationStatus.EXPIRED: "The invitation wasn't accepted in time.",
        InvitationStatus.DECLINED: "The invitation was declined by the invited person.",
    },
)


# Not the enum of `models.mail`: one status stands for an email that was never requested, and those
# that were dropped are shown as failed.
@strawberry.enum(description="The status of an invitation email.")
class MailStatus(Enum):
    NOT_REQUESTED = strawberry.enum_value("NOT_REQUESTED", description="No email was requested.")
    QUEUED = strawberry.enum_value(
        "QUEUED", description="The email waits to be sent, for the first time or again."
    )
    SENT = strawberry.enum_value("SENT", description="The mail server accepted the email.")
    FAILED = strawberry.enum_value(
        "FAILED", description="The email couldn't be sent, and the server has stopped trying."
    )
