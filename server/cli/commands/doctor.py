"""`tenantry doctor`."""

from typing import Annotated

import typer


def doctor(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port of a server on this machine.")
    ] = None,
) -> None:
    """Check settings, database, workers, mail server, name servers, and identity providers.

    Explains how to fix each problem, and lists every setting that could be safer as a risk.

    With --port, also checks whether the server on this machine is ready. Without it, looks for one
    at the port of TENANTRY_PUBLIC_URL, or 8000. The command changes nothing. If it finds a problem,
    its exit code is 1.
    """
    import asyncio

    from models.validation.text import escape_controls
    from server.cli.diagnosis import examine
    from server.cli.runtime.console import console
    from server.cli.runtime.environment import load_valid_settings
    from server.observability import logs

    settings, error = load_valid_settings()
    logs.configure(settings)
    with asyncio.Runner() as runner:
        findings = runner.run(examine(settings, port, error))
    for finding in findings:
        mark = "[green]   ok[/green]" if finding.is_fine else "[bold red]wrong[/bold red]"
        if finding.is_risk:
            mark = "[yellow] risk[/yellow]"
        console.print(f"{mark}  {finding.what}: ", end="")
        console.print(escape_controls(finding.detail), markup=False)
    if not all(finding.is_fine for finding in findings):
        raise typer.Exit(1)
