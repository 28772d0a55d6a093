"""Lets the applications of all tests share the documents that one of them has read.

Each test has an application of its own, and validating the same documents for each of them again
takes a fifth of the time of most tests.
"""

from collections import OrderedDict
from typing import Any

from schema.execution.documents import KEPT_LENGTH, Document, Documents

KEPT = 5_000

read_document = Documents._read  # pyright: ignore[reportPrivateUsage]
shared: OrderedDict[Any, Document] = OrderedDict()


def share_documents() -> None:
    """Replaces how documents are read, for all tests of this process."""
    Documents._read = _read_once  # pyright: ignore[reportPrivateUsage]


def _read_once(documents: Documents, text: str) -> Document:
    key = documents.schema, documents.validate, documents.limits, text
    document = shared.get(key)
    if document is None:
        document = read_document(documents, text)
        # Errors belong to one response.
        if not document.errors and len(text) <= KEPT_LENGTH:
            shared[key] = document
            if len(shared) > KEPT:
                shared.popitem(last=False)
    return document
