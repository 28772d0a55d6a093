"""The server that the settings describe."""

from models.database.store import Store
from resolvers.foundation.server import Clock, Server
from server.dns import make_record_lookup
from server.settings.settings import Settings, make_webhook_targets


def make_server(settings: Settings, store: Store, clock: Clock) -> Server:
    return Server(
        store=store,
        clock=clock,
        public_url=settings.public_url,
        issuers=[issuer.issuer for issuer in settings.identity_issuers],
        allowed_origins=settings.allowed_origins,
        link_schemes=settings.link_schemes,
        can_mail=settings.smtp_url is not None or settings.is_development,
        webhook_targets=make_webhook_targets(settings),
        look_up_records=make_record_lookup(settings.dns_servers),
        is_development=settings.is_development,
        secrets=settings.secret,
    )
