"""Makes once for all tests of a process what takes longer to make than most tests run.

Each test has an application of its own. Building the schema of each again takes as long as a whole
test, and so does validating the same documents, or reading the certificates for an HTTP client.
"""

import sys
from collections import OrderedDict
from functools import cache
from types import ModuleType
from typing import Any, cast

from httpx._transports import default as httpx_transports
from starlette import routing

from schema.execution.documents import KEPT_LENGTH, Document, Documents
from server.http import app
from server.observability import observer

KEPT = 1_000

read_document = Documents._read  # pyright: ignore[reportPrivateUsage]
shared: OrderedDict[Any, Document] = OrderedDict()


def share_objects() -> None:
    """Replaces the functions that make them, for all tests of this process."""
    makers = (
        (app, "build"),
        (observer, "version"),
        (routing, "compile_path"),
        (httpx_transports, "create_ssl_context"),
    )
    for module, name in makers:
        setattr(module, name, cache(getattr(module, name)))
    # httpx looks through all folders of packages for it in each request.
    sys.modules.setdefault("sniffio", cast("ModuleType", None))
    setattr(Documents, "_read", _read_once)  # noqa: B010


def _read_once(documents: Documents, text: str) -> Document:
    key = documents.schema, documents.limits, text
    document = shared.get(key)
    if document is None:
        document = read_document(documents, text)
        # Errors belong to one response.
        if not document.errors and len(text) <= KEPT_LENGTH:
            shared[key] = document
            if len(shared) > KEPT:
                shared.popitem(last=False)
    else:
        shared.move_to_end(key)
    return document
