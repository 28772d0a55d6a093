"""`tenantry worker` with TENANTRY_METRICS_PORT: its metrics and its health."""

from pathlib import Path

import httpx
import pytest

from tests.support.processes.commands import (
    PRODUCTION,
    Server,
    await_answer,
    free_port,
    process,
    tenantry,
)

TOKEN = "f3Zk9QmWv2Lx7TbYc4RdHn6sGpE1uAoJ"


@pytest.mark.slow
def test_a_worker_serves_its_metrics_and_its_health(tmp_path: Path) -> None:
    assert tenantry("migrate", folder=tmp_path).returncode == 0
    port = free_port()
    environment = {
        **PRODUCTION,
        "TENANTRY_METRICS_PORT": str(port),
        "TENANTRY_METRICS_TOKEN": TOKEN,
        "TENANTRY_SMTP_URI": "smtp://mail.example.com",
    }
    with process("worker", folder=tmp_path, **environment) as running:
        worker = Server(running, f"http://127.0.0.1:{port}")
        await_answer(worker)
        ready = httpx.get(f"{worker.url}/readyz", timeout=60)
        refused = httpx.get(f"{worker.url}/metrics", timeout=60)
        metrics = httpx.get(f"{worker.url}/metrics", headers={"authorization": f"Bearer {TOKEN}"})
        graphql = worker.graphql("{ __typename }")
        code, written = worker.stop()

    assert (ready.status_code, ready.json()) == (200, {"ready": True})
    assert refused.status_code == 401
    assert 'tenantry_queue_due{queue="mail"} 0.0' in metrics.text
    assert "tenantry_database_up 1.0" in metrics.text
    assert graphql.status_code == 404
    assert code == 0, written
    assert "TENANTRY_SMTP_URI isn't a setting" in written
    assert '"event":"stopped"' in written.replace(": ", ":")
