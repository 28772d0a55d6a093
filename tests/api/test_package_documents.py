"""The documents of the packages for browsers: the server accepts each as it is."""

from pathlib import Path

import pytest
from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from tests.support.api import Api
from tests.support.data.factories import Acme

PACKAGES = Path(__file__).parents[2] / "web" / "packages"


class Spreads(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names.add(node.name.value)


def documents_of(package: Path) -> dict[str, str]:
    """Returns each operation of the package with the fragments that it uses."""
    text = "".join(path.read_text() for path in sorted(package.glob("operations/*.graphql")))
    definitions = parse(text).definitions if text else ()
    fragments = {
        one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)
    }

    def fragments_in(node: OperationDefinitionNode | FragmentDefinitionNode) -> set[str]:
        spreads = Spreads()
        visit(node, spreads)
        inner = [fragments_in(fragments[name]) for name in spreads.names]
        return spreads.names.union(*inner)

    return {
        f"{package.name}: {one.name.value}": "\n".join(
            print_ast(part)
            for part in (one, *(fragments[name] for name in sorted(fragments_in(one))))
        )
        for one in definitions
        if isinstance(one, OperationDefinitionNode) and one.name
    }


DOCUMENTS = {
    name: text
    for package in sorted(PACKAGES.iterdir())
    for name, text in documents_of(package).items()
}


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
async def test_the_server_accepts_the_document(name: str, api: Api, acme: Acme) -> None:
    answer = await api.run(DOCUMENTS[name], by=acme.admin)

    # Variables are missing, and HTTP has no subscriptions: both come after the validation.
    errors = answer.body.get("errors", [])
    assert [
        error["message"] for error in errors if "VALIDATION" in error["extensions"]["code"]
    ] == []
    assert [error for error in errors if error["extensions"]["code"] == "LIMIT_EXCEEDED"] == []
