"""Lists of the Backend API: pages by offset, and their order."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, TypeVar

from pydantic import Field

from models.base import JSONObject
from models.errors.input import ValueInvalid
from resolvers.lists.cursors import Order
from resolvers.lists.page_requests import MAXIMUM_OFFSET, PageRequest
from resolvers.lists.pages import ListRequest
from resolvers.lists.specs import ListSpec, RecordT, Selection
from server.http.backend.foundation.endpoints import Call
from server.http.backend.foundation.parameters import Query

T = TypeVar("T")

DEFAULT_LIMIT, MAXIMUM_LIMIT = 10, 500


class Page(Query):
    """Which part of a list to return."""

    limit: Annotated[int, Field(ge=1, le=MAXIMUM_LIMIT)] = DEFAULT_LIMIT
    offset: Annotated[int, Field(ge=0, le=MAXIMUM_OFFSET)] = 0
    # Accepted by every list of the original.
    paginated: bool = True


class SortedPage(Page):
    order_by: str = "-created_at"


def read_order(order_by: str, known: Mapping[str, T]) -> tuple[T, bool]:
    """Reads `name`, `+name`, or `-name`: what the name stands for, and whether it descends."""
    name = order_by[1:] if order_by[:1] in {"+", "-"} else order_by
    if name not in known:
        raise ValueInvalid(
            f"order_by must be one of {', '.join(known)}, with - before it to reverse the order.",
            at="order_by",
        )
    return known[name], order_by.startswith("-")


def _make_order(spec: ListSpec[RecordT], order_by: str) -> Order:
    key, descending = read_order(order_by, {key.lower(): key for key in spec.sort_keys})
    return spec.make_order(key, descending=descending)


async def answer_list(
    call: Call,
    selection: Selection[RecordT],
    page: Page,
    show: Callable[[Call, Sequence[RecordT]], Awaitable[Sequence[JSONObject]]],
    *,
    parent: str = "",
) -> JSONObject:
    """Loads a page, and the number of entries in the whole list."""
    rows = await load_rows(call, selection, page, parent=parent)
    count = await call.context.loaders.counts[selection].load(parent)
    return {"data": await show(call, rows), "total_count": count}


async def load_rows(
    call: Call, selection: Selection[RecordT], page: Page, *, parent: str = ""
) -> Sequence[RecordT]:
    spec = selection.spec
    order = (
        _make_order(spec, page.order_by) if isinstance(page, SortedPage) else spec.newest_first()
    )
    request = ListRequest(selection, order, PageRequest(page.limit, offset=page.offset or None))
    return (await call.context.loaders.load_page(parent, request)).rows


def split_signed(
    values: Sequence[str],
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """Splits a filter into the values to include and, after a -, those to exclude."""
    included = [value.removeprefix("+") for value in values if not value.startswith("-")]
    excluded = [value[1:] for value in values if value.startswith("-")]
    return tuple(included) or None, tuple(excluded) or None
