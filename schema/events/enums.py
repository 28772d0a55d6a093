"""The types of events and of actors, as the API shows them."""

from models.events import EventType
from resolvers.authority.access import ActorType
from schema.foundation.enums import describe_enum

describe_enum(
    EventType,
    "The type of an event.",
    {
        EventType.ORGANIZATION_CREATED: "An organization was created.",
        EventType.ORGANIZATION_UPDATED: "An organization was updated.",
        EventType.ORGANIZATION_DELETED: "An organization was deleted. The events of its deleted"
        " memberships come first.",
        EventType.MEMBERSHIP_CREATED: "A user became a member of an organization.",
        EventType.MEMBERSHIP_UPDATED: "The role or the metadata of a membership was updated.",
        EventType.MEMBERSHIP_DELETED: "A user left an organization or was removed from it.",
        EventType.INVITATION_CREATED: "An invitation was created.",
        EventType.INVITATION_RESENT: "An invitation was sent again with a new link.",
        EventType.INVITATION_ACCEPTED: "An invitation was accepted, and the invited person became a"
        " member.",
        EventType.INVITATION_REVOKED: "An invitation was revoked.",
        EventType.INVITATION_DECLINED: "An invitation was declined by the invited person.",
        EventType.INVITATION_EXPIRED: "An invitation was found to have expired.",
        EventType.DOMAIN_CREATED: "A domain was added to an organization.",
        EventType.DOMAIN_UPDATED: "A domain was verified, changed its enrollment mode, or lost its"
        " verification.",
        EventType.DOMAIN_DELETED: "A domain was removed from an organization.",
        EventType.SUGGESTION_CREATED: "A user with a verified address at a domain was suggested to"
        " join its organization.",
        EventType.SUGGESTION_ACCEPTED: "A user accepted the suggestion to join an organization. The"
        " event of the membership request follows.",
        EventType.MEMBERSHIP_REQUEST_CREATED: "A user asked to join an organization.",
        EventType.MEMBERSHIP_REQUEST_ACCEPTED: "A membership request was accepted, or its user"
        " became a member in another way.",
        EventType.MEMBERSHIP_REQUEST_REJECTED: "A membership request was rejected.",
        EventType.ROLE_CREATED: "A role was created.",
        EventType.ROLE_UPDATED: "A role or its permissions were updated.",
        EventType.ROLE_DELETED: "A role was deleted.",
        EventType.PERMISSION_CREATED: "A permission was created.",
        EventType.PERMISSION_UPDATED: "The name or the description of a permission was updated.",
        EventType.PERMISSION_DELETED: "A permission was deleted.",
        EventType.ROLE_SET_CREATED: "A role set was created.",
        EventType.ROLE_SET_UPDATED: "A role set or its roles were updated.",
        EventType.ROLE_SET_DELETED: "A role set was replaced by another one and deleted.",
        EventType.USER_CREATED: "A user was created, by a secret key or by their first token.",
        EventType.USER_UPDATED: "A user was updated, by a secret key or by a token with a newer"
        " profile.",
        EventType.USER_DELETED: "A user was deleted. The events of their deleted memberships come"
        " first.",
        EventType.SESSION_CREATED: "A session was opened.",
        EventType.SESSION_ENDED: "A session was ended by its user.",
        EventType.SESSION_REVOKED: "A session was revoked by a secret key.",
        EventType.FEATURE_CREATED: "A feature was created.",
        EventType.FEATURE_UPDATED: "The name or the description of a feature was updated.",
        EventType.FEATURE_DELETED: "A feature was deleted.",
        EventType.PLAN_CREATED: "A plan was created.",
        EventType.PLAN_UPDATED: "A plan or its features were updated.",
        EventType.PLAN_DELETED: "A plan was replaced by another one and deleted.",
        EventType.SUBSCRIPTION_CREATED: "An organization or a user got a subscription.",
        EventType.SUBSCRIPTION_UPDATED: "The plan, the status, or the seats of a subscription were"
        " updated.",
        EventType.SUBSCRIPTION_ACTIVE: "A subscription became active. The event of its creation or"
        " update comes first.",
        EventType.SUBSCRIPTION_PAST_DUE: "A payment for a subscription is overdue. The event of its"
        " creation or update comes first.",
        EventType.INSTANCE_UPDATED: "Settings of the instance were updated.",
        EventType.API_KEY_CREATED: "An API key was created.",
        EventType.API_KEY_UPDATED: "An API key was updated, or its creator left the organization.",
        EventType.API_KEY_REVOKED: "An API key was revoked.",
        EventType.SECRET_KEY_CREATED: "A secret key was created.",
        EventType.SECRET_KEY_REVOKED: "A secret key was revoked.",
    },
)

describe_enum(
    ActorType,
    "The kind of actor that caused an event.",
    {
        ActorType.USER: "A signed-in user.",
        ActorType.SERVICE: "A service with a secret key.",
        ActorType.API_KEY: "An API key of an organization.",
        ActorType.SYSTEM: "Tenantry itself, for example when an invitation expires.",
    },
)
