"""Asks the vendor's own SDK what it reads in session tokens."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.api import JSON

SDK = Path(__file__).parents[1] / "clients" / "clerk"
NODE = Path(sys.executable).with_name("node")


def ask_sdk(
    folder: Path, key: RSAPublicKey, questions: Sequence[tuple[str, Sequence[JSON]]]
) -> list[Any]:
    """Asks about many tokens in one process: the permissions of each, and each check."""
    pem = folder / "public.pem"
    pem.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    lines = "\n".join(json.dumps({"token": token, "checks": checks}) for token, checks in questions)
    run = subprocess.run(
        [NODE, SDK / "has.mjs", pem],
        input=lines,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=SDK,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]
