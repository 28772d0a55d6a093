"""Who can use a field: what `@requires` shows in the SDL, and what every guard checks first."""

from dataclasses import dataclass
from enum import Enum

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from models.errors.request import Forbidden
from models.keys.scopes import KeyScope
from resolvers.authority.access import Actor, ActorType, secret_key_required
from schema.foundation.context import Context


@strawberry.enum(description="The kind of caller that can use a field.")
class ActorKind(Enum):
    ANY = strawberry.enum_value("ANY", description="Signed-in users, API keys, and secret keys.")
    USER = strawberry.enum_value("USER", description="Only signed-in users.")
    SERVICE = strawberry.enum_value("SERVICE", description="Only secret keys.")


@strawberry.schema_directive(
    name="requires",
    locations=[Location.FIELD_DEFINITION],
    description="The callers that can use the field, the permission that a user or an API key must"
    " have in the organization, and the scope that a narrowed secret key must have. For everyone"
    " else, the field is null, and an error with the code `FORBIDDEN`, `UNAUTHENTICATED`, or"
    " `NOT_FOUND` explains why.",
)
class RequiresDirective:
    actor: ActorKind = strawberry.directive_field(name="actor", default=ActorKind.ANY)
    permission: str | None = strawberry.directive_field(name="permission", default=strawberry.UNSET)
    scope: str | None = strawberry.directive_field(name="scope", default=strawberry.UNSET)


def ensure_actor_kind(actor: Actor, kind: ActorKind) -> None:
    """Raises Forbidden if the field is for the other kind of caller."""
    if kind is ActorKind.SERVICE and actor.type is not ActorType.SERVICE:
        raise secret_key_required("this field")
    if kind is ActorKind.USER and actor.type is not ActorType.USER:
        raise Forbidden("Only a signed-in user can do this, not a key.", reason="user_required")


@dataclass(eq=False)
class Guard(FieldExtension):
    """Admits the callers that can use a field, and shows them in the SDL, as `@requires`."""

    actor: ActorKind
    permission: str | None = None
    # What a narrowed secret key needs; without a scope, it can't use the field.
    scope: KeyScope | None = None

    def apply(self, field: StrawberryField) -> None:
        directive = RequiresDirective(
            actor=self.actor,
            permission=self.permission or strawberry.UNSET,
            scope=self.scope or strawberry.UNSET,
        )
        if directive not in field.directives:
            field.directives.append(directive)

    def admit(self, context: Context) -> None:
        """Raises Unauthenticated, or Forbidden if the field is not for the caller."""
        ensure_actor_kind(context.caller, self.actor)
        context.use_scope(self.scope)
