"""Images that this server stores, each under the hash of its data."""

from datetime import datetime

from sqlalchemy import Update, exists, update
from sqlalchemy import delete as delete_rows
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.errors import Deadlock
from models.database.statements import prepared_statement
from models.database.store import Readable, Store
from models.images import Image
from models.organizations import Organization
from models.validation.images import CleanImage
from resolvers.foundation.transaction import Transaction

IMAGES = "/images"


async def store_image(tx: Transaction, image: CleanImage) -> str:
    """Stores the image unless it is there, and returns its URL.

    The update locks its row, so that the cleanup doesn't delete it meanwhile.
    """
    url = f"{tx.server.public_url}{IMAGES}/{image.name}"
    marked = await tx.session.execute(mark_used(url, tx.now))
    if marked.rowcount:
        return url
    tx.session.add(Image(url=url, name=image.name, data=image.data, used_at=tx.now))
    try:
        await tx.session.flush()
    except IntegrityError as error:
        # Another transaction has just stored it.
        raise Deadlock from error
    return url


@prepared_statement
def mark_used(url: str, now: datetime) -> Update:
    return update(Image).where(col(Image.url) == url).values(used_at=now)


async def load_image(store: Readable, name: str) -> bytes | None:
    async with store.read() as connection:
        return (await connection.execute(_select_data(name))).scalar_one_or_none()


@prepared_statement
def _select_data(name: str) -> SelectOfScalar[bytes]:
    return select(Image.data).where(col(Image.name) == name).limit(1)


async def delete_unused_images(store: Store, before: datetime) -> None:
    """Deletes images that no organization uses, and that none has used since that time."""
    is_used = exists().where(col(Organization.image_url) == col(Image.url))
    async with store.write() as session:
        await session.execute(delete_rows(Image).where(col(Image.used_at) < before, ~is_used))
