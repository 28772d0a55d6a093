"""`tenantry seed`."""

from typing import Annotated

import typer


def seed(
    organizations: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="The number of organizations.")
    ] = 100,
    users: Annotated[int, typer.Option(min=0, max=10_000_000, help="The number of users.")] = 1_000,
    sequence: Annotated[
        int,
        typer.Option(
            min=1, max=1_000, help="The number of the data set. Each number creates different data."
        ),
    ] = 1,
) -> None:
    """Fill a development database with demo data. The same numbers create the same data.

    Every user is a member of one to three organizations, and half of all users are members of the
    first one.

    The users belong to the development issuer: to sign in as the first user of sequence 1, use
    `tenantry token --email user0.1@example.com`. If the command is interrupted, it stores nothing.
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
    from server.cli.runtime.console import console, error_console
    from server.cli.runtime.environment import load_development_settings
    from server.cli.runtime.failures import fail
    from server.cli.runtime.runner import run
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
                    f"The demo data of sequence {sequence} already exists. Choose another"
                    " --sequence."
                ) from error

        run(settings, write)
    console.print(f"Created {organizations} organizations and {users} users.")
    if users:
        console.print(
            f"To sign in as the first user, run: tenantry token --email {seeder.email(0)}"
        )
