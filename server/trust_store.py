"""The certificate authorities that outgoing requests trust."""

import ssl
from functools import cache


@cache
def load_trust_store() -> ssl.SSLContext:
    """Loads the authorities once, when the first request needs them.

    Reading them takes too long for the event loop.
    """
    from httpx import create_ssl_context

    return create_ssl_context()
