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
# What can be asked about the tokens of `issue_tokens`.
CHECKS: list[JSON] = [
    {"role": "org:admin"},
    {"role": "admin"},
    {"role": "org:member"},
    {"role": "basic_member"},
    {"permission": "org:sys_memberships:manage"},
    {"permission": "org:sys_memberships:read"},
    {"permission": "sys_profile:delete"},
    {"permission": "org:invoices:approve"},
    {"permission": "org:invoices:read"},
    {"role": "org:admin", "permission": "org:invoices:approve"},
    {"role": "org:member", "permission": "org:invoices:approve"},
    {"feature": "invoices"},
    {"feature": "o:invoices"},
    {"feature": "u:invoices"},
    {"feature": "nonsense:invoices"},
    {"plan": "free"},
    {"plan": "o:free"},
    {},
]


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
