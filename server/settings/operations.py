"""The names of operations that logs and metrics show; all others are shown as `other`."""

import re
from functools import cache
from pathlib import Path

# Our own documents, which an installed package comes without.
OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"
NAME = re.compile(r"^(?:query|mutation|subscription) (\w+)", re.MULTILINE)


def load_operation_names(folder: Path) -> frozenset[str]:
    """Reads the names from the documents of a folder; raises ValueError."""
    # Imported here, because most commands need no GraphQL.
    from graphql import GraphQLSyntaxError, OperationDefinitionNode, parse

    names: set[str] = set()
    for path in sorted(folder.rglob("*.graphql")):
        try:
            definitions = parse(path.read_text()).definitions
        except (OSError, UnicodeDecodeError, GraphQLSyntaxError) as error:
            raise ValueError(f"contains {path}, which is not a valid GraphQL document") from error
        names |= {
            node.name.value
            for node in definitions
            if isinstance(node, OperationDefinitionNode) and node.name
        }
    return frozenset(names)


@cache
def load_ready_operation_names() -> frozenset[str]:
    """Reads the names of our own documents once for each process, without parsing all of them."""
    return frozenset(
        name for path in OPERATIONS.rglob("*.graphql") for name in NAME.findall(path.read_text())
    )
