"""The passphrase of an export with secrets."""

import sys
from pathlib import Path
from typing import Annotated

import typer

SHORTEST = 12

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        help="A file whose first line is the passphrase. Without it, the passphrase is read from"
        " standard input."
    ),
]


def read_passphrase(file: Path | None, *, is_new: bool) -> str:
    """Reads the passphrase from the file, or else from standard input, without showing it."""
    from server.cli.runtime.failures import fail

    try:
        if file is not None:
            text = file.read_text(encoding="utf-8")
        elif sys.stdin.isatty():
            text = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new, err=True)
        else:
            text = sys.stdin.readline()
        # In some locales, Python reads what isn't UTF-8 as well.
        text.encode()
    except (OSError, UnicodeError) as error:
        raise fail(f"The passphrase can't be read: {error}.") from error
    passphrase = text.partition("\n")[0].rstrip("\r")
    if not passphrase:
        raise fail("The passphrase is empty. Give it with --passphrase-file or on standard input.")
    if is_new and len(passphrase) < SHORTEST:
        raise fail(f"The passphrase must have at least {SHORTEST} characters.")
    return passphrase
