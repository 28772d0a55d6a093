"""The documents of @tenantry/server and tenantry-auth fit the schema."""

import pytest
from graphql import OperationDefinitionNode, build_schema, parse, validate

from tenantry_auth.access import DOCUMENT
from tests.support.snippets import ROOT

SCHEMA = build_schema((ROOT / "graphql" / "schema.graphql").read_text())
SERVER = ROOT / "web" / "packages" / "server"
CLIENT = ROOT / "clients" / "python" / "tenantry_auth" / "client" / "client.py"


def read(folder: str) -> str:
    files = sorted((SERVER / folder).glob("*.graphql"))
    assert files
    return "\n".join(path.read_text() for path in files)


@pytest.mark.parametrize("text", [read("operations"), read("page-operations"), DOCUMENT])
def test_documents_fit_the_schema(text: str) -> None:
    assert validate(SCHEMA, parse(text)) == []


def test_the_python_client_has_each_operation() -> None:
    generated = CLIENT.read_text()
    names = [
        definition.name.value
        for definition in parse(read("operations")).definitions
        if isinstance(definition, OperationDefinitionNode) and definition.name
    ]

    assert len(names) == 19
    for name in names:
        assert f'operation_name="{name}"' in generated, "Run: uvx ariadne-codegen==0.19.0"
