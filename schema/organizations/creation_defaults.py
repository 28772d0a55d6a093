"""Suggestions for a form that creates an organization."""

import strawberry

from resolvers.queries.creation_defaults import CreationDefaults


@strawberry.type(description="Suggestions for a form that creates an organization.")
class OrganizationCreationDefaults:
    name: str = strawberry.field(
        description="A name for the organization: that of the company at the domain of the user's"
        " address or, if that is a public email provider, the name of the user."
    )
    slug: str | None = strawberry.field(
        description="A free slug for that name. Null if slugs are disabled."
    )
    advisory: str | None = strawberry.field(
        description="The code `organization_already_exists` if an organization has verified the"
        " domain of the user's verified address, so that the user may want to join it. Otherwise"
        " null."
    )

    @classmethod
    def from_defaults(cls, defaults: CreationDefaults) -> "OrganizationCreationDefaults":
        return cls(name=defaults.name, slug=defaults.slug, advisory=defaults.advisory)
