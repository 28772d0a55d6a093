"""The benchmark runs, and notices a wrong answer."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from bench.measurements import naming
from bench.profiling import summarize

ROOT = Path(__file__).parents[2]
SMALL = ["--database", "sqlite", "--seconds", "0.1", "--organizations", "8", "--callers", "4"]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *SMALL, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


@pytest.mark.slow
def test_the_benchmark_measures_each_workload_beside_the_floor(tmp_path: Path) -> None:
    file = tmp_path / "results.json"

    ran = bench("--users", "320", "--members", "100", "--json", str(file))

    assert ran.returncode == 0, ran.stderr
    (report,) = json.loads(file.read_text())
    rows = {row["workload"]: row for row in report["rows"]}
    assert list(rows) == [f"W{number}" for number in range(1, 9)]
    assert all(row["per_second"] > 0 and row["statements"] >= 1 for row in rows.values())
    assert all(row["ratios"].keys() == {"httptools", "h11"} for row in rows.values())
    assert all(ratio > 0 for row in rows.values() for ratio in row["ratios"].values())
    assert report["messages_per_second"] > 0
    assert all(row["description"] in ran.stdout for row in rows.values())


@pytest.mark.slow
def test_scaling_compares_members_and_pages(tmp_path: Path) -> None:
    file = tmp_path / "results.json"

    ran = bench("--users", "320", "--members", "300", "--scenario", "scaling", "--json", str(file))

    assert ran.returncode == 0, ran.stderr
    (report,) = json.loads(file.read_text())
    assert [case["name"] for case in report["cases"]] == [
        "W4 with 1 member",
        "W4 with 10 members",
        "W4 with 300 members",
        "W2 page 1 of 50 members",
        "W2 page 6 of 50 members",
        "W2 page 1 of 1 member",
        "W2 page 1 of 100 members",
    ]
    assert all(case["per_second"] > 0 for case in report["cases"])
    assert len(report["findings"]) == 4


@pytest.mark.slow
def test_writers_are_measured_with_group_commit_and_without(tmp_path: Path) -> None:
    file = tmp_path / "results.json"

    ran = bench("--scenario", "writers", "--json", str(file))

    assert ran.returncode == 0, ran.stderr
    (report,) = json.loads(file.read_text())
    assert [case["name"] for case in report["cases"]] == [
        "64 writers with group commit",
        "1 writer with group commit",
        "64 writers without group commit",
        "1 writer without group commit",
    ]
    assert all(case["per_second"] > 0 for case in report["cases"])


@pytest.mark.slow
def test_a_profile_is_summarized(tmp_path: Path) -> None:
    sizes = ("--users", "60", "--members", "20", "--seconds", "1")

    ran = bench(*sizes, "--workloads", "W4", "--profile", str(tmp_path))

    assert ran.returncode == 0, ran.stderr
    assert "Packages by self time" in ran.stdout
    assert "Functions by self time" in ran.stdout
    assert (tmp_path / "W4-sqlite.svg").read_text().count("<title>") > 10


def test_samples_count_where_they_were_taken() -> None:
    installed = "/usr/lib/python3.11/site-packages/starlette/routing.py"
    own = f"{ROOT}/models/base.py"

    summary = summarize(
        [
            f"run ({installed});now ({own}) 3",
            f"run ({installed}) 1",
            f"run ({installed});__init__ (<string>) 2",
            f"run ({installed});select (/usr/lib/python3.11/selectors.py) 4",
        ]
    )

    assert summary.packages == {
        "models": 3,
        "starlette": 1,
        "generated code": 2,
        "standard library": 4,
    }
    assert summary.functions["models: now (base.py)"] == 3


def test_a_workload_that_fails_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), naming("W9"):
        raise TimeoutError

    assert capsys.readouterr().err == "W9 failed: TimeoutError()\n"


@pytest.mark.slow
def test_a_wrong_answer_ends_the_benchmark() -> None:
    # A page of 50 members can't be full.
    ran = bench("--users", "60", "--members", "20", "--workloads", "W1,W2")

    assert ran.returncode == 1
    assert "W2 failed" in ran.stderr
