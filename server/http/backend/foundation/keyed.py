"""Lists of what has a key: small tables, which are read as a whole."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from models.base import JSONObject
from models.validation.text import to_search_text
from server.http.backend.foundation.endpoints import Call
from server.http.backend.foundation.lists import SortedPage, read_order
from server.http.backend.foundation.parameters import Search


class Keyed(Protocol):
    id: str
    key: str
    name: str


KeyedT = TypeVar("KeyedT", bound=Keyed)


class KeyedPage(SortedPage):
    query: Search | None = None


def _to_id(row: Keyed) -> str:
    return row.id


def _to_key(row: Keyed) -> str:
    return row.key


def _to_name(row: Keyed) -> str:
    return to_search_text(row.name)


# An ID sorts by time of creation.
SORT_KEYS: dict[str, Callable[[Keyed], str]] = {
    "created_at": _to_id,
    "name": _to_name,
    "key": _to_key,
}


def _matches(row: Keyed, query: str) -> bool:
    text = to_search_text(f"{row.name} {row.key}")
    return row.id == query or all(word in text for word in to_search_text(query).split())


async def answer_keyed_list(
    call: Call,
    rows: Sequence[KeyedT],
    page: KeyedPage,
    show: Callable[[Call, Sequence[KeyedT]], Awaitable[Sequence[JSONObject]]],
) -> JSONObject:
    """Returns a page of the rows that match the search, and how many match."""
    sort_key, descending = read_order(page.order_by, SORT_KEYS)
    found = [row for row in rows if page.query is None or _matches(row, page.query)]
    found.sort(key=lambda row: (sort_key(row), row.id), reverse=descending)
    shown = await show(call, found[page.offset : page.offset + page.limit])
    return {"data": shown, "total_count": len(found)}
