"""The container image, the compose file, the systemd units, and the proxies of `deploy/`.

There is no container engine here: the commands run as processes, with the same settings.
"""

import configparser
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.support.processes.commands import (
    INSTALLED,
    TENANTRY,
    Server,
    await_answer,
    free_port,
    process,
    started,
    tenantry,
)
from tests.support.processes.env_files import FILLED, fill, read_env
from tests.support.servers.smtp import a_certificate

DEPLOY = Path(__file__).parents[2] / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text().replace("\\\n", "")
COMPOSE: Any = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
UNITS = ("tenantry.service", "tenantry-worker.service")


def instruction(name: str) -> str:
    """Returns the value of the last instruction with this name."""
    return re.findall(rf"^{name} (.+)$", CONTAINERFILE, re.MULTILINE)[-1]


def health_check(url: str) -> subprocess.CompletedProcess[str]:
    """Runs the health check of the image against a server of this machine."""
    python, *arguments = json.loads(instruction("HEALTHCHECK").partition("CMD ")[2])
    assert python == "python"
    command = [argument.replace("http://127.0.0.1:8000", url) for argument in arguments]
    program = TENANTRY.with_name("python")
    return subprocess.run([program, *command], capture_output=True, text=True)


def settings_of(service: str, folder: Path) -> dict[str, str]:
    """Returns the settings of a service, with a database in the folder."""
    values = {
        name: fill(value, read_env(FILLED))
        for name, value in SERVICES[service]["environment"].items()
    }
    assert values["TENANTRY_DATABASE_URL"].startswith("postgresql+asyncpg://tenantry:")
    return {**values, "TENANTRY_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/compose.db"}


def test_the_image_runs_as_a_user_without_rights() -> None:
    assert instruction("USER") == "10001"
    assert instruction("WORKDIR") == instruction("VOLUME") == "/data"


def test_the_image_copies_only_what_the_build_context_has() -> None:
    allowed = (DEPLOY.parent / ".dockerignore").read_text().splitlines()
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.MULTILINE)
    tops = {path.split("/")[0] for line in copies for path in line.split()}

    assert {f"!{path}" for path in tops - {"deploy"}} < set(allowed)
    assert "!deploy/requirements.lock" in allowed
    assert all((DEPLOY.parent / line[1:]).exists() for line in allowed if line.startswith("!"))


def test_the_command_of_the_image_serves_and_is_healthy(tmp_path: Path) -> None:
    assert json.loads(instruction("ENTRYPOINT")) == ["tenantry"]
    command = json.loads(instruction("CMD"))
    settings = settings_of("server", tmp_path)
    tenantry("migrate", folder=tmp_path, **settings)

    with started(*command, folder=tmp_path, program=INSTALLED, **settings) as server:
        assert health_check(server.url).returncode == 0
    assert health_check(server.url).returncode != 0


@pytest.mark.parametrize("name", ["migrate", "server", "worker"])
def test_our_containers_can_write_nothing_and_gain_no_rights(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_no_port_is_open_to_the_network() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.slow
def test_the_services_of_the_compose_file_run(tmp_path: Path) -> None:
    migrated = tenantry(
        *SERVICES["migrate"]["command"], folder=tmp_path, **settings_of("migrate", tmp_path)
    )
    assert migrated.returncode == 0, migrated.stderr

    server = started(
        *SERVICES["server"]["command"], folder=tmp_path, **settings_of("server", tmp_path)
    )
    with server as running:
        assert httpx.get(f"{running.url}/readyz", timeout=60).is_success

    settings = settings_of("worker", tmp_path)
    port = free_port()
    settings["TENANTRY_METRICS_PORT"] = str(port)
    with process(*SERVICES["worker"]["command"], folder=tmp_path, **settings) as worker:
        await_answer(Server(worker, f"http://127.0.0.1:{port}"))


@pytest.mark.parametrize("missing", ["TENANTRY_SECRET", "POSTGRES_PASSWORD", "TENANTRY_MAIL_FROM"])
def test_the_compose_file_asks_for_what_has_no_default(missing: str) -> None:
    assert f"${{{missing}:?set it in deploy/.env}}" in (DEPLOY / "compose.yaml").read_text()


def test_the_example_lists_the_settings_that_the_compose_file_asks_for() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    required = set(re.findall(r"\$\{(\w+):\?", text))

    assert required <= set(read_env(DEPLOY / "example.env"))
    assert required == set(read_env(FILLED))


def unit(name: str) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    parser.read(DEPLOY / name)
    return parser["Service"]


@pytest.mark.slow
def test_the_systemd_units_run(tmp_path: Path) -> None:
    """With the settings of the example, whose blanks are filled."""
    service = unit("tenantry.service")
    filled = read_env(FILLED)
    values = {
        name: value or filled.get(name, "")
        for name, value in read_env(DEPLOY / "example.env").items()
    }

    before = service["ExecStartPre"].split()
    start = service["ExecStart"].split()
    worker = unit("tenantry-worker.service")["ExecStart"].split()
    assert {before[0], start[0], worker[0]} == {"/opt/tenantry/bin/tenantry"}
    assert tenantry(*before[1:], folder=tmp_path, **values).returncode == 0
    with started(*start[1:], folder=tmp_path, **values) as server:
        assert httpx.get(f"{server.url}/readyz", timeout=60).is_success
        assert server.stop()[0] == 0
    with (
        process(*worker[1:], folder=tmp_path, **values) as running,
        pytest.raises(subprocess.TimeoutExpired),
    ):
        running.wait(3)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_accepts_the_units(name: str, tmp_path: Path) -> None:
    text = (DEPLOY / name).read_text().replace("/opt/tenantry/bin/tenantry", str(TENANTRY))
    (tmp_path / name).write_text(text)
    verified = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / name], capture_output=True, text=True
    )

    assert (verified.returncode, verified.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("nginx"), reason="there is no nginx here")
def test_nginx_accepts_its_site(tmp_path: Path) -> None:
    certificate = a_certificate(tmp_path).path
    site = (DEPLOY / "nginx.conf").read_text()
    pem = re.compile(r"/etc/ssl/tenantry\.example\.com/(fullchain|privkey)\.pem")
    (tmp_path / "site.conf").write_text(pem.sub(str(certificate), site))
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; events {{}} http {{ include {tmp_path}/site.conf; }}"
    )
    command = ["nginx", "-t", "-q", "-e", "stderr", "-c", f"{tmp_path}/nginx.conf"]
    tested = subprocess.run(command, capture_output=True, text=True)

    assert tested.returncode == 0, tested.stderr
