"""What people who aren't members can read of an organization."""

import strawberry

from models.organizations import Organization as OrganizationRow
from schema.foundation.context import Context


@strawberry.type(
    description="The part of an organization that people can read who are invited to join it, or"
    " who can ask to join."
)
class PublicOrganization:
    id: strawberry.ID = strawberry.field(description="ID of the organization.")
    name: str = strawberry.field(
        description="The display name of the organization that the person can join."
    )
    slug: str | None = strawberry.field(
        description="The name of the organization in URLs. Null if slugs are disabled, or if the"
        " organization was created while they were."
    )
    image_url: str = strawberry.field(
        description="URL of the logo. If the organization has none, the URL of a generated image."
    )
    has_image: bool = strawberry.field(
        description="Whether `imageUrl` is a logo. If false, it is a generated image."
    )

    @classmethod
    def from_row(cls, row: OrganizationRow, context: Context) -> "PublicOrganization":
        return cls(
            id=strawberry.ID(row.id),
            name=row.name,
            slug=context.visible_slug(row.slug),
            image_url=row.image_url or context.default_image_url(row.id),
            has_image=row.image_url is not None,
        )
