"""The two dialects with one cache of compiled statements for all engines of a test process.

SQLAlchemy compiles every statement once per engine; each test has engines of its own.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite

# SQLAlchemy's own cache of an engine forgets what is used least; the statements of all tests fit.
_compiled: dict[Any, Any] = {}


def _share_cache(engine: Engine) -> None:
    engine.update_execution_options(compiled_cache=_compiled)


# A cached statement belongs to the dialect it was compiled for: those of one kind count as the same.
class SharedSqlite(SQLiteDialect_aiosqlite):
    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        _share_cache(engine)


class SharedPostgresql(PGDialect_asyncpg):
    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        _share_cache(engine)


def register() -> None:
    """Makes all engines that this process creates from now on use the shared dialects."""
    registry.register("sqlite.aiosqlite", __name__, SharedSqlite.__name__)
    registry.register("postgresql.asyncpg", __name__, SharedPostgresql.__name__)
