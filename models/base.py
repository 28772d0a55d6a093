"""The parts every table shares: prefixed ids, UTC times and JSON objects."""

import json
import re
from datetime import UTC, datetime
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

# What is shown in place of a stored value that cannot be read.
UNREADABLE: JSONObject = {"unreadable": True}

log = structlog.stdlib.get_logger("tenantry.store")

ID_PATTERN = re.compile(r"([a-z]+)_[0-7][0-9a-hjkmnp-tv-z]{25}", re.ASCII)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite gives naive ones back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class JSONColumn(TypeDecorator[Any]):
    """A JSON value. A change from 1 to true or to 1.0 is a change; another order of keys is not."""

    impl = JSON
    cache_ok = True

    def compare_values(self, x: Any, y: Any) -> bool:
        return dumps(x, sort_keys=True) == dumps(y, sort_keys=True)


def dumps(value: object, *, sort_keys: bool = False) -> bytes:
    """The value as JSON, however deeply it is nested: orjson alone stops after 254 levels."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS if sort_keys else None)
    except orjson.JSONEncodeError:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys)
        return text.encode()


def loads(text: str | bytes) -> Any:
    """The value of a stored text. One that is not JSON must not hide the rows beside it."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        # The position only: the text may hold personal data.
        log.error("stored_json_unreadable", error=error.msg, position=error.pos)
        return dict(UNREADABLE)


def now() -> datetime:
    """The wall clock in UTC, cut to the milliseconds that the API shows."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def new_id(prefix: str, at: datetime) -> str:
    """`<prefix>_<ULID in lower case>`: ids made later sort
    later, to the millisecond (docs/rules.md, IDs and pages).
    """
    return f"{prefix}_{str(ULID.from_datetime(at)).lower()}"


def first_id(prefix: str, at: datetime) -> str:
    """The least id of that time, to compare others with."""
    return f"{new_id(prefix, at)[:-16]}{'0' * 16}"


def parse_prefix(text: str) -> str | None:
    """The prefix of a well-formed id, else None: there is one spelling per id."""
    found = ID_PATTERN.fullmatch(text)
    return found[1] if found else None


def to_milliseconds(moment: datetime) -> int:
    """Unix milliseconds, the unit of event and webhook data."""
    return int(moment.timestamp() * 1000)


class BaseTable(SQLModel):
    """What every table shares."""

    prefix: ClassVar[str] = ""

    @declared_attr.directive
    @classmethod
    def __tablename__(cls) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        """`RoleSet` is kept in `role_set`."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()


class Record(BaseTable):
    """A row with an id of its own, kept with the time it was made."""

    id: str = Field(primary_key=True)
    created_at: datetime = Field(sa_type=UTCDateTime)
    updated_at: datetime = Field(sa_type=UTCDateTime)


def json_column() -> Any:
    """A column that holds a JSON object, `{}` at first."""
    return Field(default_factory=dict, sa_type=JSONColumn)
