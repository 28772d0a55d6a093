"""The mark of a database that a development server has used: production refuses it."""

from sqlmodel import select

from models.database.store import Store
from models.events import Event
from models.instance import Instance
from server.settings.settings import Environment, SettingsError


class AlreadyInUse(SettingsError):
    """Other servers have written to the database; development tokens must not be valid there."""


async def is_stamped(store: Store) -> bool:
    """Whether a development server has used this database."""
    async with store.read() as connection:
        environment = (await connection.execute(select(Instance.environment))).scalar_one()
    return environment == Environment.DEVELOPMENT.value


async def stamp(store: Store) -> None:
    """Marks the database; raises AlreadyInUse for one that production uses."""
    async with store.write() as session:
        instance = (await session.execute(select(Instance))).scalar_one()
        if instance.environment == Environment.DEVELOPMENT.value:
            return
        if (await session.execute(select(Event.cursor).limit(1))).first():
            raise AlreadyInUse(
                [
                    "TENANTRY_DATABASE_URL: this database contains data that wasn't created by a"
                    " development server, so a development server doesn't use it."
                ]
            )
        instance.environment = Environment.DEVELOPMENT.value
