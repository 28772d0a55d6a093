"""Commands in processes that begin as copies of one that has imported everything.

Importing takes longer than most commands do. A copy has a folder, variables, streams, and signals
of its own, but it can't show what a start imports: such a test names the program to run.
"""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TextIO

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.support.processes.imported"])


def clean_environment() -> dict[str, str]:
    """The variables without the settings of this machine, and with the width of a terminal."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"COLUMNS": "100"}


def become(
    arguments: Sequence[str],
    folder: str,
    environment: dict[str, str],
    output: Connection,
    errors: Connection | None,
) -> None:
    """Runs a command in the process that was copied."""
    from server.cli import main

    os.dup2(output.fileno(), 1)
    os.dup2((errors or output).fileno(), 2)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", closefd=False)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["tenantry", *arguments]
    gc.freeze()
    main()


class CopiedProcess:
    """Such a process, with the methods of `subprocess.Popen` that the tests use."""

    def __init__(
        self,
        arguments: Sequence[str],
        folder: str,
        environment: dict[str, str],
        *,
        separates_errors: bool = False,
    ) -> None:
        output, output_end = CONTEXT.Pipe(duplex=False)
        errors, errors_end = CONTEXT.Pipe(duplex=False) if separates_errors else (None, None)
        given = (arguments, folder, environment, output_end, errors_end)
        self._process = CONTEXT.Process(target=become, args=given, daemon=True)
        self._process.start()
        for end in (output_end, errors_end):
            if end:
                end.close()
        self.stdout = open_text(output)
        self.stderr = open_text(errors) if errors else None
        self._written: tuple[str, str] | None = None

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("tenantry", timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            # It can end right now, as with Popen.
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Waits until the process ends, and returns what it wrote."""
        if self._written is None:
            with ThreadPoolExecutor(2) as pool:
                output = pool.submit(self.stdout.read)
                errors = pool.submit(self.stderr.read) if self.stderr else None
                try:
                    self.wait(timeout)
                except subprocess.TimeoutExpired:
                    self.kill()
                    raise
                self._written = output.result(), errors.result() if errors else ""
            self.stdout.close()
            if self.stderr:
                self.stderr.close()
        return self._written


def open_text(end: Connection) -> TextIO:
    with end:
        return open(os.dup(end.fileno()), encoding="utf-8")
