"""The example that proves a domain, as its user runs it."""

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from pathlib import Path

import pytest

from tests.support.api import SECRET_KEY, Api
from tests.support.data.domains import NAME, RECORD, asking, list_domains
from tests.support.data.factories import Acme
from tests.support.processes.commands import listening
from tests.support.servers.dns import name_server

PROGRAM = Path(__file__).parents[2] / "examples" / "verified_domain.py"
SECONDS = 30


async def running(port: int, acme: Acme, key: str = SECRET_KEY) -> Process:
    arguments = ("--url", f"http://127.0.0.1:{port}", "--organization", acme.id, "--name", NAME)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        PROGRAM,
        *(*arguments, "--pause", "0.1"),
        env={"TENANTRY_KEY": key},
        stdout=PIPE,
        stderr=STDOUT,
    )


async def read_record(process: Process) -> list[str]:
    """Returns the name and the value of the record that the program shows."""
    assert process.stdout
    line = (await process.stdout.readline()).decode()
    assert "publish this TXT record: " in line
    return line.split("record: ")[1].split()


@pytest.mark.slow
async def test_the_record_is_shown_and_found_even_after_a_restart(api: Api, acme: Acme) -> None:
    async with asyncio.timeout(SECONDS), name_server() as dns:
        here = asking(api, dns)
        async with listening(here.app) as port:
            first = await running(port, acme)
            name, value = await read_record(first)
            first.kill()
            await first.communicate()
            second = await running(port, acme)
            again = await read_record(second)
            assert second.stdout
            waiting = (await second.stdout.readline()).decode()
            dns.texts[name] = [f'"{value}"']
            # The pause between two attempts is over.
            api.clock.forward(seconds=10)
            rest = (await second.communicate())[0].decode()
        await here.client.aclose()

    assert name == RECORD
    assert again == [name, value]
    assert "not yet: " in waiting
    assert rest.splitlines()[-1].endswith(f"{NAME} is verified")
    assert second.returncode == 0
    (domain,) = await list_domains(api, acme.id)
    assert (domain["verified"], domain["ownership"]["strategy"]) == (True, "TXT")


@pytest.mark.slow
async def test_an_error_ends_the_program(api: Api, acme: Acme) -> None:
    async with asyncio.timeout(SECONDS), listening(api.app) as port:
        process = await running(port, acme, key="sk_0123456789ab_wrong")
        said = (await process.communicate())[0].decode()

    assert process.returncode == 1
    assert said.startswith("UNAUTHENTICATED: ")
    assert await list_domains(api, acme.id) == []
