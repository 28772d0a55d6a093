"""Prepares, checks, and builds a release: `make release VERSION=0.2.0`."""

import subprocess
import sys
from pathlib import Path

from release import files, schema_changes, wheel

DIST = Path("dist")


def main() -> None:
    """Runs `breaking`, `wheel`, or the release of a version."""
    match sys.argv[1:]:
        case ["breaking"]:
            schema_changes.check(files.read_version())
        case ["wheel"]:
            build_and_try()
        case ["prepare", version]:
            prepare(version)
        case ["build", version]:
            build(version)
        case _:
            raise SystemExit(
                "Usage: python -m release breaking | wheel | prepare VERSION | build VERSION"
            )


def prepare(version: str) -> None:
    """Writes the version, the changelog, and the released schema, unless that is done."""
    if not files.VERSION.fullmatch(version):
        raise SystemExit("VERSION must be three numbers, such as: make release VERSION=0.2.0")
    if files.read_version() == version and files.is_released(version):
        return
    changed = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True)
    if changed.returncode != 0 or changed.stdout:
        raise SystemExit(f"Commit or remove these changes first:\n{changed.stdout}{changed.stderr}")
    schema_changes.check(version)
    files.set_version(version)
    schema_changes.write_released(version)


def build(version: str) -> None:
    """Builds the wheel and tries it, and says how to publish the version."""
    built = build_and_try()
    changed = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True)
    print(f"{built} is ready.")
    if changed.stdout:
        print(f'Commit it: git commit --all --message "Release {version}" && git tag v{version}')


def build_and_try() -> Path:
    DIST.mkdir(exist_ok=True)
    for old in DIST.glob("tenantry-*.whl"):
        old.unlink()
    built = wheel.build(DIST)
    wheel.try_out(built)
    return built


main()
