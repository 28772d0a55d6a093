"""Setting and removing the logo of an organization."""

from models.organizations import Organization
from models.validation.images import CleanImage
from resolvers.foundation.transaction import Transaction
from resolvers.organizations.images import store_image
from resolvers.organizations.rows import update_row


async def set_logo(
    tx: Transaction, *, organization_id: str, image: CleanImage | None
) -> Organization:
    """Sets the logo, or removes it together with an `imageUrl` of somewhere else."""
    organization = await tx.lock_organization(organization_id)
    url = await store_image(tx, image) if image else None
    await update_row(tx, organization, {"image_url": url})
    return organization
