"""Lets the applications of all tests share their schemas, and the documents that were read.

Each test has an application of its own. Building the schema of each again takes as long as a whole
test, and so does validating the same documents.
"""

from collections import OrderedDict
from functools import cache
from typing import Any

from schema.execution.documents import KEPT_LENGTH, Document, Documents
from server.http import app

KEPT = 1_000

read_document = Documents._read  # pyright: ignore[reportPrivateUsage]
shared: OrderedDict[Any, Document] = OrderedDict()


def share_schemas() -> None:
    """Replaces how schemas are built and documents are read, for all tests of this process."""
    setattr(app, "build", cache(app.build))  # noqa: B010
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
