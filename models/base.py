"""What all tables share: prefixed ids, UTC times and JSON objects."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from time import time_ns
from typing import Any, ClassVar

import orjson
import structlog
from sqlalchemy import DateTime, Dialect, TypeDecorator
from sqlalchemy.orm import declared_attr
from sqlalchemy.types import JSON
from sqlmodel import Field, SQLModel
from ulid import ULID

JSONObject = dict[str, Any]

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

# The length of a time that SQLite stores, such as 2026-11-21 09:30:00.123000.
STORED_LENGTH = 26
EMPTY = "{}"
# Where a row keeps the values of its changed columns as they are stored.
CHANGED = "_changed"
# Shown in place of a stored value that cannot be read.
UNREADABLE: JSONObject = {"unreadable": True}

log = structlog.stdlib.get_logger("tenantry.store")

ID_PATTERN = re.compile(r"([a-z]+)_[0-7][0-9a-hjkmnp-tv-z]{25}", re.ASCII)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite stores naive ones as text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return _parse_time if dialect.name == "sqlite" else None


def _parse_time(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


def format_stored_time(value: object) -> str | None:
    """Formats a time as RFC 3339 in milliseconds, if it is the text that SQLite stores."""
    if type(value) is str and len(value) == STORED_LENGTH:
        return f"{value[:10]}T{value[11:23]}Z"
    return None


class JSONColumn(TypeDecorator[Any]):
    """A JSON value, in which 1, 1.0 and true differ, but the order of keys makes no difference."""

    impl = JSON
    cache_ok = True

    def compare_values(self, x: Any, y: Any) -> bool:
        return dumps(x, sort_keys=True) == dumps(y, sort_keys=True)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        process: Callable[[Any], Any] | None = super().result_processor(dialect, coltype)
        if process is None:
            return None

        def load(value: Any) -> Any:
            # Most metadata is empty.
            return {} if value == EMPTY else process(value)

        return load


def dumps(value: object, *, sort_keys: bool = False) -> bytes:
    """Encodes a value as JSON, however deeply it is nested; orjson alone stops at 254 levels."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS if sort_keys else None)
    except orjson.JSONEncodeError:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys)
        return text.encode()


def loads(text: str | bytes) -> Any:
    """Decodes a stored text; one that is not JSON must not hide the other rows of a query."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        # The position only: the text may hold personal data.
        log.error("stored JSON unreadable", error=error.msg, position=error.pos)
        return dict(UNREADABLE)


def now() -> datetime:
    """Returns the time in UTC, truncated to the milliseconds that the API shows."""
    # `replace` would take three times as long as this.
    return datetime.fromtimestamp(time_ns() // 1_000_000 / 1000, UTC)


def new_id(prefix: str, at: datetime) -> str:
    """Makes an id, `<prefix>_<ULID in lower case>`, which sorts by time to the millisecond."""
    return f"{prefix}_{str(ULID.from_datetime(at)).lower()}"


def first_id(prefix: str, at: datetime) -> str:
    """Returns the least id of that time, for comparisons."""
    return f"{new_id(prefix, at)[:-16]}{'0' * 16}"


def parse_prefix(text: str) -> str | None:
    """Returns the prefix of a well-formed id, else None; every id has only one spelling."""
    match = ID_PATTERN.fullmatch(text)
    return match[1] if match else None


def to_milliseconds(moment: datetime) -> int:
    """Converts a time to Unix milliseconds, the unit of event and webhook data."""
    return int(moment.timestamp() * 1000)


class BaseTable(SQLModel):
    """The base of every table."""

    prefix: ClassVar[str] = ""

    def __init__(self, **values: Any) -> None:
        """Sets all columns, those without a value to their defaults.

        SQLModel does the same, but examines each column again for every row.
        """
        vars(self).update(_make_defaults(type(self)) | values)

    def __eq__(self, other: object) -> bool:
        """A row equals only itself."""
        return self is other

    def __setattr__(self, name: str, value: Any) -> None:
        """Sets a column, and notes its value until now for the session that writes the change.

        Neither SQLAlchemy nor Pydantic takes part, because that would take ten times as long.
        """
        if name.startswith("_"):
            object.__setattr__(self, name, value)
            return
        values = vars(self)
        if name not in values and name not in type(self).model_fields:
            raise AttributeError(f"{type(self).__name__} has no column {name!r}.")
        values.setdefault(CHANGED, {}).setdefault(name, values.get(name))
        values[name] = value

    @declared_attr.directive
    @classmethod
    def __tablename__(cls) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Names the table of `RoleSet` `role_set`."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()


@cache
def _get_defaults(table: Any) -> tuple[JSONObject, Mapping[str, Callable[[], Any]]]:
    """Returns the defaults of a table's columns, and what makes the others."""
    columns = {name: one for name, one in table.model_fields.items() if not one.is_required()}
    made = {name: one.default_factory for name, one in columns.items() if one.default_factory}
    return {name: one.default for name, one in columns.items() if name not in made}, made


def _make_defaults(table: Any) -> JSONObject:
    constant, made = _get_defaults(table)
    return constant | {name: make() for name, make in made.items()}


class Record(BaseTable):
    """A row with an id, and the times when it was created and last updated."""

    id: str = Field(primary_key=True)
    created_at: datetime = Field(sa_type=UTCDateTime)
    updated_at: datetime = Field(sa_type=UTCDateTime)


def json_column() -> Any:
    """Makes a column for a JSON object, `{}` by default."""
    return Field(default_factory=dict, sa_type=JSONColumn)
