"""The types of events and of actors, as the API shows them."""

from models.events import EventType
from resolvers.access import ActorType
from schema.foundation.enums import describe_enum

describe_enum(
    EventType,
    "What an event tells.",
    {
        EventType.ORGANIZATION_CREATED: "An organization was made.",
        EventType.ORGANIZATION_UPDATED: "An organization was changed.",
        EventType.ORGANIZATION_DELETED: "An organization was deleted, after its memberships.",
        EventType.MEMBERSHIP_CREATED: "A user joined an organization.",
        EventType.MEMBERSHIP_UPDATED: "A membership got another role or other metadata.",
        EventType.MEMBERSHIP_DELETED: "A user left an organization, or was removed.",
        EventType.INVITATION_CREATED: "Somebody was invited.",
        EventType.INVITATION_RESENT: "An invitation was sent again, with a new link.",
        EventType.INVITATION_ACCEPTED: "The invited person joined.",
        EventType.INVITATION_REVOKED: "An invitation was taken back.",
        EventType.INVITATION_DECLINED: "The invited person said no.",
        EventType.INVITATION_EXPIRED: "The time of an invitation was found to be over.",
        EventType.ROLE_CREATED: "A role was made.",
        EventType.ROLE_UPDATED: "A role was changed, or what it holds.",
        EventType.ROLE_DELETED: "A role was deleted.",
        EventType.PERMISSION_CREATED: "A permission was made.",
        EventType.PERMISSION_UPDATED: "A permission was changed.",
        EventType.PERMISSION_DELETED: "A permission was deleted.",
        EventType.ROLE_SET_CREATED: "A role set was made.",
        EventType.ROLE_SET_UPDATED: "A role set was changed, or its roles.",
        EventType.ROLE_SET_DELETED: "A role set was replaced and is gone.",
        EventType.USER_CREATED: "A user was made, or was seen for the first time.",
        EventType.USER_UPDATED: "A user was changed, here or at the identity provider.",
        EventType.USER_DELETED: "A user was deleted, after their memberships.",
        EventType.SESSION_CREATED: "A session was opened.",
        EventType.SESSION_ENDED: "The user ended a session.",
        EventType.SESSION_REVOKED: "A secret key ended a session.",
    },
)

describe_enum(
    ActorType,
    "What kind of actor caused an event.",
    {
        ActorType.USER: "A signed-in user.",
        ActorType.SERVICE: "A secret key.",
        ActorType.SYSTEM: "Tenantry itself.",
    },
)
