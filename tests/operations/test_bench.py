"""The benchmark runs, and notices a wrong answer."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SMALL = ["--database", "sqlite", "--seconds", "0.3", "--organizations", "8", "--callers", "4"]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *SMALL, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.mark.slow
def test_the_benchmark_measures_each_workload_beside_the_floor(tmp_path: Path) -> None:
    file = tmp_path / "results.json"

    ran = bench("--users", "2600", "--members", "100", "--json", str(file))

    assert ran.returncode == 0, ran.stderr
    (report,) = json.loads(file.read_text())
    rows = {row["workload"]: row for row in report["rows"]}
    assert list(rows) == [f"W{number}" for number in range(1, 9)]
    assert all(row["per_second"] > 0 and row["statements"] >= 1 for row in rows.values())
    assert all(0 < row["ratio"] < 1 for row in rows.values())
    assert report["messages_per_second"] > 0
    assert all(row["description"] in ran.stdout for row in rows.values())


@pytest.mark.slow
def test_a_wrong_answer_ends_the_benchmark() -> None:
    # A page of 50 members can't be full.
    ran = bench("--users", "60", "--members", "20", "--workloads", "W1,W2")

    assert ran.returncode == 1
    assert "W2 failed" in ran.stderr
