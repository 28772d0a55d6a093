"""A development server in a test: the demo company, and what only such a server has."""

from collections.abc import Sequence
from pathlib import Path

from models import base
from models.database.store import Store
from resolvers.foundation.server import Server
from server.development.demo_company import load_demo
from server.development.extras import make_development_extras
from server.development.stamp import stamp
from server.http.app import DevelopmentExtras
from server.settings.settings import Environment
from tests.conftest import server_for, settings
from tests.support.api import Api, Caller, Clock
from tests.support.application import make_application


def demo_server(store: Store) -> Server:
    return server_for(store, base.now, env=Environment.DEVELOPMENT)


async def prepared(
    store: Store, folder: Path, *, demo: bool = True, dns_servers: Sequence[str] = ()
) -> tuple[DevelopmentExtras, Api]:
    await stamp(store)
    if demo:
        await load_demo(demo_server(store))
    extra = await make_development_extras(demo_server(store), folder)
    chosen = settings(env=Environment.DEVELOPMENT, dns_servers=tuple(dns_servers))
    app = make_application(chosen, store=store, development=extra)
    return extra, Api(app, store, Clock())


def callers(extra: DevelopmentExtras) -> dict[str, Caller]:
    return {identity.label: Caller(identity.authorization) for identity in extra.identities()}
