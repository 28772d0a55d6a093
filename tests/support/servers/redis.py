"""A real Redis server in a temporary folder; Debian's package has it, and it speaks to Valkey's client."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from tests.support.processes.commands import free_port


def find_server() -> str:
    """The program of the server; skips the test where there is none, unless it is required."""
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        if os.environ.get("TENANTRY_REQUIRE_REDIS"):
            pytest.fail("redis-server is not installed.")
        pytest.skip("redis-server is not installed")
    return program


@asynccontextmanager
async def running() -> AsyncGenerator[str]:
    """The URL of a fresh server."""
    program, port = find_server(), free_port()
    folder = tempfile.mkdtemp(prefix="tenantry-redis-")
    options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder)
    process = await asyncio.create_subprocess_exec(
        program, *options, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                break
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()
        shutil.rmtree(folder, ignore_errors=True)
