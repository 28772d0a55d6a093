"""Builds the wheel, and tries it in an empty environment without the checkout."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx

from models.database.revision import head
from server.http.pages.assets import FOLDER as ASSETS

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "deploy" / "requirements.lock"
START_SECONDS = 60.0
# One file of each part of server/assets.
BUILT = ("graphiql/graphiql.js", "js/tenantry.js", "demo/index.html")
SETTINGS = {
    "TENANTRY_GRAPHIQL": "true",
    "TENANTRY_IDENTITY_ISSUERS": '[{"issuer": "https://login.example.com/", "audience": "tenantry",'
    ' "public_key": "PUBLIC_KEY", "algorithms": ["EdDSA"]}]',
}
# Of a key that nobody has: doctor fetches no key set.
PUBLIC_KEY = (
    "-----BEGIN PUBLIC KEY-----\\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\\n"
    "-----END PUBLIC KEY-----"
)


def build(folder: Path) -> Path:
    """Builds the wheel from a copy of the sources, so that no older build gets into it."""
    if missing := [name for name in BUILT if not (ASSETS / name).is_file()]:
        raise SystemExit(f"{', '.join(missing)} aren't built. Run: make install")
    with tempfile.TemporaryDirectory() as copy:
        sources = Path(copy) / "tenantry"
        tops = ("LICENSE", "README.md", "pyproject.toml", "models", "resolvers", "schema", "server")
        for name in tops:
            source = ROOT / name
            copied = shutil.copytree if source.is_dir() else shutil.copy
            sources.mkdir(exist_ok=True)
            copied(source, sources / name)
        run(
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--no-build-isolation", "--wheel-dir", folder, sources),
        )
    (wheel,) = folder.glob("tenantry-*.whl")
    check_contents(wheel)
    return wheel


def check_contents(wheel: Path) -> None:
    """Ends the program if the wheel lacks files that aren't modules, or the newest migration."""
    names = set(zipfile.ZipFile(wheel).namelist())
    files = (path for path in ASSETS.rglob("*") if path.is_file())
    assets = {f"server/assets/{path.relative_to(ASSETS).as_posix()}" for path in files}
    migrations = [name for name in names if name.startswith("models/database/migrations/versions/")]
    missing = assets - names
    if not any(f"/{head()}" in name for name in migrations):
        missing.add(f"migration {head()}")
    if not any(name.endswith("/licenses/LICENSE") for name in names):
        missing.add("LICENSE")
    if missing:
        raise SystemExit(f"{wheel.name} lacks {', '.join(sorted(missing))}.")


def try_out(wheel: Path) -> None:
    """Installs the wheel into an empty environment, serves its pages, and runs `doctor`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
        python = folder / "venv" / "bin" / "python"
        uv = Path(sys.executable).with_name("uv")
        install = (uv, "pip", "install", "--quiet", "--python", python)
        run(*install, "--require-hashes", "-r", LOCK)
        run(*install, "--no-deps", wheel)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        environment = {
            "PATH": os.environ["PATH"],
            "TENANTRY_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "TENANTRY_SECRET": secrets.token_urlsafe(32),
            **{name: value.replace("PUBLIC_KEY", PUBLIC_KEY) for name, value in SETTINGS.items()},
        }
        tenantry = folder / "venv" / "bin" / "tenantry"
        run(tenantry, "migrate", cwd=folder, env=environment)
        with serving(tenantry, port, folder, environment) as url:
            page = httpx.get(f"{url}/graphql", headers={"accept": "text/html"})
            script = httpx.get(f"{url}/graphiql/assets/graphiql.js")
            package = httpx.get(f"{url}/js/tenantry.js")
            run(tenantry, "doctor", "--port", port, cwd=folder, env=environment)
        if "/graphiql/assets/graphiql.js" not in page.text or not script.is_success:
            raise SystemExit("The installed wheel doesn't serve GraphiQL.")
        if not package.is_success:
            raise SystemExit("The installed wheel doesn't serve the scripts for browsers.")


@contextmanager
def serving(tenantry: Path, port: str, folder: Path, environment: dict[str, str]) -> Generator[str]:
    """Serves until the end of the block, and checks that SIGTERM stops the server."""
    command = [tenantry, "serve", "--port", port]
    server = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
    try:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + START_SECONDS
        while not is_ready(url):
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The installed wheel doesn't serve.")
            time.sleep(0.1)
        yield url
        server.terminate()
        if server.wait(30) != 0:
            raise SystemExit(f"The server ended with exit code {server.returncode}.")
    finally:
        server.kill()


def is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").is_success
    except httpx.TransportError:
        return False


def run(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    """Runs a command; ends the program if it fails."""
    if subprocess.run(command, cwd=cwd, env=env).returncode != 0:
        raise SystemExit(f"This failed: {' '.join(map(str, command))}")
