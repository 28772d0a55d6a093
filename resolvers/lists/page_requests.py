"""The paging arguments of a list field, and the part of the list that they request."""

from dataclasses import dataclass

from models.database.statements import StatementValues
from models.errors.request import BadUserInput, LimitExceeded
from resolvers.lists.cursors import Order, Position, decode_cursor

DEFAULT_SIZE = 20
MAXIMUM_SIZE = 100
# The database reads what an offset skips. Cursors cost the same anywhere in a list.
MAXIMUM_OFFSET = 10_000


@dataclass(frozen=True, slots=True)
class PageArguments:
    """The paging arguments of a list field, as the client gave them."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class PageRequest(StatementValues):
    """The part of a list to read: `size` rows from its start, or from its end if `backward`."""

    size: int = DEFAULT_SIZE
    backward: bool = False
    after: Position | None = None
    before: Position | None = None
    # How many rows of the list are skipped; None for a list that is read by cursors.
    offset: int | None = None

    def is_of(self, parent: str) -> bool:
        """Whether the cursors, if there are any, belong to that parent's list."""
        positions = (self.after, self.before)
        return all(position is None or position.parent == parent for position in positions)


def check_page_size(size: int | None) -> int:
    """Returns the number of entries of a page; raises BadUserInput and LimitExceeded."""
    if size is None:
        return DEFAULT_SIZE
    if size < 0:
        raise BadUserInput("first and last must be 0 or greater.")
    if size > MAXIMUM_SIZE:
        raise LimitExceeded(
            f"A page can have at most {MAXIMUM_SIZE} entries.",
            limit="page",
            allowed=MAXIMUM_SIZE,
            asked=size,
        )
    return size


def make_page_request(order: Order, arguments: PageArguments) -> PageRequest:
    """Checks the arguments of a list field; raises BadUserInput and LimitExceeded."""
    if arguments.first is not None and arguments.last is not None:
        raise BadUserInput("Give either first or last, not both.")
    is_backward = arguments.last is not None
    offset = check_offset(arguments)
    return PageRequest(
        check_page_size(arguments.last if is_backward else arguments.first),
        is_backward,
        decode_cursor(order, arguments.after),
        decode_cursor(order, arguments.before),
        offset,
    )


def check_offset(arguments: PageArguments) -> int | None:
    """Returns how many entries to skip; raises BadUserInput and LimitExceeded."""
    offset = arguments.offset
    if offset is None:
        return None
    if offset < 0:
        raise BadUserInput("offset must be 0 or greater.")
    if arguments.after is not None or arguments.before is not None:
        raise BadUserInput("Give either an offset or a cursor, not both.")
    if offset > MAXIMUM_OFFSET:
        raise LimitExceeded(
            f"An offset can be at most {MAXIMUM_OFFSET}. Use after instead.",
            limit="offset",
            allowed=MAXIMUM_OFFSET,
            asked=offset,
        )
    return offset or None
