"""The certificate authorities that outgoing requests trust."""

import asyncio
import ssl
from functools import cache

from server.daemon_thread import run_in_daemon_thread


async def get_trust_store() -> ssl.SSLContext:
    """Returns the authorities, which the first request loads.

    Reading them takes too long for the event loop, and others can keep the threads of a pool busy.
    """
    if not load_trust_store.cache_info().currsize:
        await asyncio.wrap_future(run_in_daemon_thread(load_trust_store))
    return load_trust_store()


@cache
def load_trust_store() -> ssl.SSLContext:
    from httpx import create_ssl_context

    return create_ssl_context()
