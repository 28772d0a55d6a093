"""Whether a slug is free, for forms that say so while somebody types."""

from typing import Annotated

import strawberry

from models.errors.input import InputError
from models.errors.request import NotFound
from models.keys.scopes import KeyScope
from resolvers.organizations.slugs import slugs_disabled
from resolvers.queries.slugs import SlugCheck, check_slug_availability
from schema.foundation.context import Info
from schema.foundation.guards import query_guard


@strawberry.type(description="Whether an organization can have a slug.")
class SlugAvailability:
    available: bool = strawberry.field(
        description="Whether the slug is valid, and no other organization has it. Another"
        " organization can still take it before you do."
    )
    code: str | None = strawberry.field(
        description="The code that `createOrganization` returns for this slug. Null if it is"
        " available."
    )
    message: str | None = strawberry.field(
        description="What is wrong with the slug. Null if it is available."
    )
    suggestion: str | None = strawberry.field(
        description="A similar slug that is free. Null if the slug is available, or if slugs are"
        " disabled."
    )

    @classmethod
    def from_check(cls, check: SlugCheck) -> "SlugAvailability":
        error: InputError | None = check.error
        return cls(
            available=error is None,
            code=error.code if error else None,
            message=error.message if error else None,
            suggestion=check.suggestion,
        )


@strawberry.type
class SlugQueries:
    @strawberry.field(
        description="Whether an organization can have a slug. A user can ask 30 times a minute.",
        extensions=query_guard(scope=KeyScope.ORGANIZATIONS_READ),
    )
    async def slug_availability(
        self,
        info: Info,
        slug: Annotated[str, strawberry.argument(description="The slug to check.")],
        organization_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="ID of the organization whose slug changes, which can keep its slug."
                " Leave it out for a new organization."
            ),
        ] = None,
    ) -> SlugAvailability | None:
        context = info.context
        context.ensure_organizations_enabled()
        if context.holder_id:
            await context.rate_limits.count_slug_check(context.holder_id)
        if organization_id is not None and not await _is_visible(info, organization_id):
            raise NotFound
        if not context.instance.slugs_enabled:
            return SlugAvailability.from_check(SlugCheck(slugs_disabled()))
        check = await context.read(check_slug_availability, slug, organization_id)
        return SlugAvailability.from_check(check)


async def _is_visible(info: Info, organization_id: str) -> bool:
    viewer, loaders = info.context.holder_id, info.context.loaders
    if viewer:
        return await loaders.is_member(organization_id, viewer)
    if not info.context.reaches(organization_id):
        return False
    return await loaders.organizations.load(organization_id) is not None
