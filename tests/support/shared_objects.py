"""Makes once for all tests of a process what takes longer to make than most tests run.

Each test has an application of its own. Validating the same documents again takes as long as a whole
test, and so does reading the certificates for an HTTP client, or generating the first signing key of
an instance.
"""

import sys
from collections import OrderedDict
from collections.abc import Iterator
from functools import cache
from itertools import cycle
from types import ModuleType
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from httpx._transports import default as httpx_transports
from starlette import routing

from models.keys import signing_keys
from schema.execution.documents import KEPT_LENGTH, Document, Documents
from server.identity import signing
from server.observability import observer

KEPT = 1_000
# More instances than any test has.
FIRST_KEYS = 4

read_document = Documents._read  # pyright: ignore[reportPrivateUsage]
shared: OrderedDict[Any, Document] = OrderedDict()


def share_objects() -> None:
    """Replaces the functions that make them, for all tests of this process."""
    makers = (
        (observer, "version"),
        (routing, "compile_path"),
        (httpx_transports, "create_ssl_context"),
    )
    for module, name in makers:
        setattr(module, name, cache(getattr(module, name)))
    setattr(signing, "generate_key", generate_first_key)  # noqa: B010
    # httpx looks through all folders of packages for it in each request.
    sys.modules.setdefault("sniffio", cast("ModuleType", None))
    setattr(Documents, "_read", _read_once)  # noqa: B010


def generate_first_key() -> RSAPrivateKey:
    """Returns a key that other tests have too."""
    return next(_first_keys())


@cache
def _first_keys() -> Iterator[RSAPrivateKey]:
    return cycle([signing_keys.generate_key() for _ in range(FIRST_KEYS)])


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
