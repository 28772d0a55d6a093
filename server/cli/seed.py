"""`tenantry seed`."""

from typing import Annotated

import typer


def seed(
    organizations: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="How many organizations.")
    ] = 100,
    users: Annotated[int, typer.Option(min=0, max=10_000_000, help="How many users.")] = 1_000,
    sequence: Annotated[
        int, typer.Option(min=1, max=1_000, help="Another number makes other people.")
    ] = 1,
) -> None:
    """Fill a development database with demo data, the same for the same numbers.

    Everybody joins an organization, some two or three, and half of all users the first one.

    The users belong to the development issuer: `tenantry token --email user0.1@example.com` signs
    in as the first of sequence 1. All or nothing: an interrupted seed leaves nothing behind.
    """
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from sqlalchemy.exc import IntegrityError

    from models.database import migrations
    from models.database.store import Store
    from server.cli.console import console, error_console, fail
    from server.cli.environment import load_development_settings
    from server.cli.runner import run
    from server.development.seed import Seeder, write_demo_data
    from server.development.stamp import stamp

    settings = load_development_settings()
    seeder = Seeder(organizations, users, sequence)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=error_console,
        auto_refresh=False,
    ) as bar:
        task = bar.add_task("Rows", total=seeder.count())

        async def write(store: Store) -> None:
            await migrations.migrate(store)
            await stamp(store)
            try:
                await write_demo_data(
                    store, seeder, lambda rows: bar.update(task, advance=rows, refresh=True)
                )
            except IntegrityError as error:
                raise fail(
                    f"Demo data of sequence {sequence} are there already: choose another"
                    f" --sequence."
                ) from error

        run(settings, write)
    console.print(f"{organizations} organizations and {users} users are there.")
    if users:
        console.print(f"Sign in as the first of them: tenantry token --email {seeder.email(0)}")
