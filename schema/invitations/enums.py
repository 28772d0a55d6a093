"""The enums of invitations."""

from enum import Enum

import strawberry

from models.invitations import InvitationStatus
from schema.foundation.enums import describe_enum

describe_enum(
    InvitationStatus,
    "What became of an invitation.",
    {
        InvitationStatus.PENDING: "It can be accepted.",
        InvitationStatus.ACCEPTED: "The invited person is a member.",
        InvitationStatus.REVOKED: "It was taken back.",
        InvitationStatus.EXPIRED: "Its time is over.",
        InvitationStatus.DECLINED: "The invited person said no.",
    },
)


# Not the enum of `models.mail`: one status stands for an email that was never requested, and those
# that were dropped are shown as failed.
@strawberry.enum(description="What became of a mail.")
class MailStatus(Enum):
    NOT_REQUESTED = strawberry.enum_value("NOT_REQUESTED", description="No mail was asked for.")
    QUEUED = strawberry.enum_value(
        "QUEUED", description="It waits to be sent, for the first time or again."
    )
    SENT = strawberry.enum_value("SENT", description="The mail server took it.")
    FAILED = strawberry.enum_value("FAILED", description="It was given up.")
