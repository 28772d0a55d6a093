"""What resolvers learn about the field that they resolve, worked out when they ask for it."""

from itertools import dropwhile
from typing import TYPE_CHECKING, Any

from schema.execution.breadth_first.errors import Slot, make_path

if TYPE_CHECKING:
    from schema.execution.breadth_first.completion import Completion
    from schema.execution.breadth_first.selections import FieldPlan


class ResolveInfo:
    """The `GraphQLResolveInfo` of graphql-core; the path is found in the answer."""

    __slots__ = ("_container", "_key", "context", "field", "run")

    def __init__(self, run: "Completion", field: "FieldPlan", container: Any, key: Any) -> None:
        self.context = run.executor.context_value
        self.run = run
        self.field = field
        self._container = container
        self._key = key

    def __getattr__(self, name: str) -> Any:
        """Finds whatever is not set above."""
        if name.startswith("_"):
            raise AttributeError(name)
        if name == "path":
            return self._find_path()
        return getattr(self.run.get_common_info(self.field), name)

    def _find_path(self) -> Any:
        """The path of the field, also for an entry of its list."""
        slots = self.run.places.climb(Slot(self.field, self.field.type, self._container, self._key))
        return make_path(list(dropwhile(lambda slot: isinstance(slot.container, list), slots)))
