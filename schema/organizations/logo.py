"""The mutation that uploads the logo of an organization."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import strawberry

from models.errors.input import ParameterMissing
from models.keys.scopes import KeyScope
from models.roles import PROFILE_MANAGE
from models.validation.images import CleanImage, ImageType, clean_image
from resolvers.foundation.transaction import Transaction
from resolvers.organizations.logos import set_logo
from schema.foundation.context import Info
from schema.foundation.enums import describe_enum
from schema.foundation.guards import UpdateLimit, untransacted_guard
from schema.foundation.scalars import Base64
from schema.foundation.transactions import run_authorized
from schema.organizations.mutations import OrganizationPayload
from schema.organizations.types import Organization

# Images are decoded apart from other work that needs threads, and only a few at once.
DECODERS = ThreadPoolExecutor(2, thread_name_prefix="image")

describe_enum(
    ImageType,
    "The type of an image.",
    {
        ImageType.PNG: "A PNG image.",
        ImageType.JPEG: "A JPEG image.",
        ImageType.WEBP: "A WebP image.",
        ImageType.GIF: "A GIF image, of which the first frame is stored, as PNG.",
    },
)


@strawberry.input(description="An organization and its new logo.")
class SetOrganizationLogoInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization whose logo changes."
    )
    content_type: ImageType | None = strawberry.field(
        description="The type of the image, which the data must have. Leave it out to accept each"
        " type.",
        default=None,
    )
    data: strawberry.Maybe[Base64 | None] = strawberry.field(
        description="The image, with at most 150 KB and 1,024 by 1,024 pixels. The server encodes"
        " it again without metadata. Null to remove the logo."
    )


@strawberry.type
class LogoMutations:
    @strawberry.mutation(
        description="Stores an image as the logo of an organization, or removes the logo."
        " `Organization.imageUrl` is then the URL of the logo.",
        extensions=[
            *untransacted_guard(PROFILE_MANAGE, scope=KeyScope.ORGANIZATIONS_WRITE),
            UpdateLimit(("organization_id",)),
        ],
    )
    async def set_organization_logo(
        self, info: Info, input: SetOrganizationLogoInput
    ) -> OrganizationPayload | None:
        authorize = partial(run_authorized, info.context, input.organization_id, PROFILE_MANAGE)
        # Nothing is decoded for a caller who can't use it.
        await authorize(_do_nothing)
        image = await _read_image(input)
        change = partial(set_logo, organization_id=input.organization_id, image=image)
        row, cursor = await authorize(change)
        payload = OrganizationPayload(organization=Organization.from_row(row, info.context))
        payload.cursor = cursor
        return payload


async def _do_nothing(tx: Transaction) -> None: ...


async def _read_image(input: SetOrganizationLogoInput) -> CleanImage | None:
    """Decodes the image outside of any transaction, and off the event loop."""
    if input.data is None:
        raise ParameterMissing("Give the image, or null to remove the logo.", at="data")
    if input.data.value is None:
        return None
    return await decode(partial(clean_image, input.data.value, input.content_type))


async def decode(read: Callable[[], CleanImage]) -> CleanImage:
    """Decodes an image in a thread, because it takes long."""
    return await asyncio.get_running_loop().run_in_executor(DECODERS, read)
