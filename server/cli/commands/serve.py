"""`tenantry dev`, `serve` and `worker`."""

import sys
from importlib import import_module
from typing import Annotated, Any

import typer

Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]


def dev(
    port: Port = 8000,
    demo: Annotated[
        bool, typer.Option(help="Load a small demo company into an empty database.")
    ] = True,
) -> None:
    """Run a development server with a demo company, a demo for browsers, and GraphiQL.

    The server listens only on 127.0.0.1. It keeps all data in ./var: to start over, delete that
    folder. It marks the database, so that no production server uses it.
    """
    from server.cli.runtime import development

    development.serve(port, demo=demo)


def serve(
    host: Annotated[
        str, typer.Option(help="The address to listen on. Use 0.0.0.0 for all addresses.")
    ] = "127.0.0.1",
    port: Port = 8000,
    worker: Annotated[
        bool,
        typer.Option(
            help="Send email and webhooks too. With --no-worker, run `tenantry worker` separately."
        ),
    ] = True,
) -> None:
    """Run a production server. If a setting is unsafe or missing, the server doesn't start.

    Requires TENANTRY_SECRET, TENANTRY_IDENTITY_ISSUERS, TENANTRY_PUBLIC_URL, and a database that
    `tenantry migrate` has migrated. To send invitations by email, set TENANTRY_SMTP_URL. Put a
    TLS-terminating reverse proxy in front of the server. On SIGTERM, it completes running requests
    and stops.

    With TENANTRY_ENV=development, it runs like `dev` without demo data: it migrates the database
    and listens only on this machine.
    """
    import_structlog_alone()
    from server.cli.runtime.environment import load_settings

    settings = load_settings()
    if settings.is_development:
        from server.cli.runtime import development

        development.serve(port, demo=False, host=host)
    else:
        from server.cli.runtime import production

        production.serve(settings, host, port, delivers=worker)


def worker(
    host: Annotated[
        str, typer.Option(help="The address to serve TENANTRY_METRICS_PORT on.")
    ] = "127.0.0.1",
) -> None:
    """Run a worker, which sends email and webhooks and expires invitations.

    `serve` includes a worker, unless you run it with `--no-worker`.

    Requires TENANTRY_SECRET, TENANTRY_PUBLIC_URL, and the database. To send email, set
    TENANTRY_SMTP_URL. With TENANTRY_METRICS_PORT, the worker serves /metrics, /healthz, and
    /readyz on that port.

    You can run several workers: each message is sent by only one of them. On SIGTERM, a worker
    completes what it is sending and stops.
    """
    import_structlog_alone()
    from server.cli.runtime.environment import load_settings
    from server.cli.runtime.worker import run_worker

    settings = load_settings()
    if settings.is_development:
        from server.cli.runtime.development import complete_development_settings, print_mail

        run_worker(complete_development_settings(), host, print_mail)
    else:
        run_worker(settings, host)


def import_structlog_alone() -> None:
    """Imports structlog without Rich, which it would use for tracebacks that Tenantry doesn't show.

    A server starts 50 ms earlier without Rich, and needs 4 MB less.
    """
    modules: dict[str, Any] = sys.modules
    if "rich" not in modules:
        # The import of such a module fails.
        modules["rich"] = None
        import_module("structlog")
        del modules["rich"]
