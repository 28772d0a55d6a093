"""The private files of a development server: its secrets, created at the first start."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

# The secret key that every development server writes into its folder.
SECRET_KEY_FILE = "development-key"


def read_or_create(path: Path, make: Callable[[], str]) -> str:
    """Reads a private file; if several processes create it at once, all get the same text."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(make(), encoding="utf-8")
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="utf-8")


def load_development_secret(folder: Path) -> str:
    return read_or_create(folder / "development-secret", lambda: secrets.token_urlsafe(48))


def load_development_key(folder: Path) -> str:
    # Tables take long to import, and `tenantry token` needs none.
    from models.keys.secret_keys import generate_secret

    return read_or_create(folder / SECRET_KEY_FILE, generate_secret)
