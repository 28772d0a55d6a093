"""Enums of plans, as the API shows them."""

from models.plans import PayerType, SubscriptionSource, SubscriptionStatus
from resolvers.members.seats import SeatLimitSource
from schema.foundation.enums import describe_enum

describe_enum(
    PayerType,
    "The kind of payer that a plan is for.",
    {
        PayerType.ORGANIZATION: "The plan is for organizations.",
        PayerType.USER: "The plan is for users, and counts outside of organizations only.",
    },
)

describe_enum(
    SubscriptionStatus,
    "The status of a subscription.",
    {
        SubscriptionStatus.ACTIVE: "The subscription is paid, and its plan is in force.",
        SubscriptionStatus.TRIALING: "The subscription is in its trial, and its plan is in force.",
        SubscriptionStatus.PAST_DUE: "A payment is overdue. The plan is still in force.",
        SubscriptionStatus.INCOMPLETE: "The first payment is missing, so the default plan is in"
        " force.",
        SubscriptionStatus.CANCELED: "The subscription was canceled. Its plan is in force until"
        " `periodEndsAt`.",
        SubscriptionStatus.ENDED: "The subscription is over, so the default plan is in force.",
    },
)

describe_enum(
    SubscriptionSource,
    "Where the state of a subscription comes from.",
    {
        SubscriptionSource.MANUAL: "A secret key set it with `setSubscription`.",
        SubscriptionSource.STRIPE: "Stripe reported it.",
    },
)

describe_enum(
    SeatLimitSource,
    "What limits the seats of an organization.",
    {
        SeatLimitSource.PLAN: "The plan in force, or the seats that were bought with it.",
        SeatLimitSource.ORGANIZATION: "The organization's own `maxAllowedMemberships`.",
        SeatLimitSource.NONE: "Nothing: the number of seats is unlimited.",
    },
)
