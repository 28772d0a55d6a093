"""`tenantry dev`, `serve` and `worker`."""

from typing import Annotated

import typer

Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]


def dev(
    port: Port = 8000,
    demo: Annotated[
        bool, typer.Option(help="Load a small demo company into an empty database.")
    ] = True,
) -> None:
    """Serve on this machine for development, with a demo company and GraphiQL signed in.

    Answers on 127.0.0.1 only. Everything is kept in ./var: delete that folder to start anew. The
    database is marked, so that no production server uses it.
    """
    from server.cli import serving

    serving.serve_development(port, demo=demo)


def serve(
    host: Annotated[
        str, typer.Option(help="The address to listen on; 0.0.0.0 is all of them.")
    ] = "127.0.0.1",
    port: Port = 8000,
    worker: Annotated[
        bool, typer.Option(help="Deliver mail too; without, `tenantry worker` has to run.")
    ] = True,
) -> None:
    """Serve for production: refuses to start with an unsafe or missing setting, and names it.

    Needs TENANTRY_SECRET, TENANTRY_IDENTITY_ISSUERS, TENANTRY_PUBLIC_URL and a database that
    `tenantry migrate` has brought to the newest step; to send invitations by mail,
    TENANTRY_SMTP_URL. Put a proxy in front that speaks TLS. SIGTERM stops it once running requests
    are answered.

    With TENANTRY_ENV=development it is `dev` without demo data: it migrates by itself and answers
    on this machine only.
    """
    from server.cli import serving

    serving.serve(host, port, delivers=worker)


def worker(
    host: Annotated[
        str, typer.Option(help="The address that TENANTRY_METRICS_PORT is opened on.")
    ] = "127.0.0.1",
) -> None:
    """Deliver mail and webhooks and expire invitations, without serving.

    `serve` does all of that by itself, unless it runs with `--no-worker`.

    Needs TENANTRY_SECRET, TENANTRY_PUBLIC_URL and the database; to send mail, TENANTRY_SMTP_URL.
    With TENANTRY_METRICS_PORT it serves /metrics, /healthz and /readyz at that port.

    Several may run: none sends what another one has taken. SIGTERM stops it once what is on its way
    has arrived.
    """
    from server.cli import serving

    serving.run_worker(host)
