"""The workflows call the targets of the Makefile, on every Python that is supported."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text()


def steps(workflow: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(workflow.read_text())["jobs"].values()
    return [step for job in jobs for step in job["steps"]]


def test_the_targets_that_workflows_call_exist() -> None:
    runs = [step["run"] for workflow in WORKFLOWS for step in steps(workflow) if "run" in step]
    targets = {target for run in runs for target in re.findall(r"\bmake ([a-z-]+)", run)}

    assert targets >= {"check", "install", "release"}
    assert all(re.search(rf"^{target}:", MAKEFILE, re.MULTILINE) for target in targets)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_to_commits(workflow: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", workflow.read_text())

    assert used
    for action, comment in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)


def test_every_supported_python_is_checked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    supported = [name.rpartition(" ")[2] for name in project["classifiers"] if ":: 3." in name]
    check = yaml.safe_load((ROOT / ".github" / "workflows" / "check.yml").read_text())

    assert check["jobs"]["check"]["strategy"]["matrix"]["python"] == supported
    assert project["requires-python"] == f">={supported[0]}"


def test_the_locks_agree() -> None:
    """The lock of the image is a part of the one that is tested."""
    locks = [
        set(re.findall(r"^(\S+==\S+)", (ROOT / path).read_text(), re.MULTILINE))
        for path in ("deploy/requirements.lock", "requirements.lock")
    ]

    assert locks[0]
    assert locks[0] <= locks[1]
