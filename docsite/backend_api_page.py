"""The page of the Backend API: its endpoints and their parameters, from the code."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, get_args

from pydantic import BaseModel, RootModel

from docsite.backend_api_methods import METHODS
from server.http.backend.catalogue import ENDPOINTS
from server.http.backend.foundation.endpoints import Endpoint
from server.http.backend.foundation.lists import Page
from server.http.backend.unsupported import UNSUPPORTED

HEAD = """# Endpoints of the Backend API

<!-- Generated from the code. Run `make format` to write it again. -->

The [guide](../guides/backend-api.md) says how to call them. The second column is the method of
Clerk's SDK for Node.js that calls the endpoint. A secret key that is narrowed to scopes needs the
scope in the third one. Parameters in bold are required. Lists also take `limit` and `offset`.

`GET /v1/jwks` returns the public keys that verify session tokens, to everyone.
"""
END = """## Not supported

These paths, and all below them, return 501 with the sentence in the second column.
"""
TITLES = {
    "of_user": "What belongs to a user",
    "billing": "Plans and subscriptions",
    "organization_settings": "Organization settings",
}


def make_backend_api_page() -> str:
    parts = [HEAD]
    for module, endpoints in groupby(ENDPOINTS, key=get_module):
        title = TITLES.get(module) or module.replace("_", " ").capitalize().replace("Api", "API")
        parts.append("\n".join([f"## {title}\n", *make_rows(endpoints), ""]))
    parts.append(END)
    parts.append("\n".join([*make_unsupported_rows(), ""]))
    return "\n".join(parts)


def get_module(endpoint: Endpoint[Any]) -> str:
    return endpoint.handler.__module__.rpartition(".")[2]


def make_rows(endpoints: Iterable[Endpoint[Any]]) -> Iterator[str]:
    yield "| endpoint | method | scope | parameters |"
    yield "|---|---|---|---|"
    for endpoint in endpoints:
        place = f"{endpoint.method} {endpoint.path}"
        method = f"`{METHODS[place]}`" if METHODS[place] else ""
        parameters = describe_input(endpoint.input)
        yield f"| `{place}` | {method} | `{endpoint.scope.value}` | {parameters} |"


def describe_input(model: type[BaseModel]) -> str:
    if not issubclass(model, RootModel):
        return ", ".join(describe_parameters(model))
    (entry,) = get_args(model.model_fields["root"].annotation)
    return f"a list of objects with {', '.join(describe_parameters(entry))}"


def describe_parameters(model: type[BaseModel]) -> Iterator[str]:
    """Yields the parameters, without those that all lists have."""
    for name, field in model.model_fields.items():
        if name not in Page.model_fields:
            yield f"**`{name}`**" if field.is_required() else f"`{name}`"


def make_unsupported_rows() -> Iterator[str]:
    yield "| path | what to do |"
    yield "|---|---|"
    for path, instead in sorted(UNSUPPORTED.items()):
        yield f"| `{path}` | {instead} |"
