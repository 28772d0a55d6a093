"""Builds and serves the documentation: `python -m docsite --help`."""

import subprocess
import time
from pathlib import Path
from typing import Annotated

import typer

from docsite.reference import write_reference
from docsite.stage import DOCS, ROOT, SCHEMA, stage

ZENSICAL = ROOT / ".venv" / "tools" / "bin" / "zensical"
POLL_SECONDS = 0.5

app = typer.Typer(help=__doc__, no_args_is_help=True)


@app.command()
def reference() -> None:
    """Write the pages of docs/reference from the code."""
    write_reference()


@app.command()
def build() -> None:
    """Build var/site; fail on a broken link."""
    stage()
    result = subprocess.run([ZENSICAL, "build", "--clean", "--strict"], cwd=ROOT)
    if result.returncode == 0:
        typer.echo(f"Open {ROOT / 'var' / 'site' / 'index.html'}")
    raise typer.Exit(result.returncode)


@app.command()
def serve(port: Annotated[int, typer.Option(min=1, max=65535)] = 8001) -> None:
    """Serve the site on this machine, and build it again when a page changes."""
    stage()
    server = subprocess.Popen([ZENSICAL, "serve", "--dev-addr", f"127.0.0.1:{port}"], cwd=ROOT)
    try:
        seen = find_times()
        while server.poll() is None:
            time.sleep(POLL_SECONDS)
            if (times := find_times()) != seen:
                seen = times
                stage()
    except KeyboardInterrupt:
        server.terminate()


def find_times() -> dict[Path, float]:
    """Returns when each page was changed."""
    pages = [*DOCS.rglob("*.md"), *ROOT.glob("*.md"), SCHEMA]
    return {page: page.stat().st_mtime for page in pages}


@app.command()
def screenshots() -> None:
    """Take the pictures of docs/images, with Chromium."""
    from docsite.screenshots import take_screenshots

    take_screenshots()


if __name__ == "__main__":
    app()
