"""Writes the pages of `docs/reference/` that are generated from the code, or checks them."""

from pathlib import Path

from docsite.backend_api_page import make_backend_api_page
from docsite.command_page import make_command_page
from docsite.settings_page import make_settings_page

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
PAGES = {
    "settings.md": make_settings_page,
    "commands.md": make_command_page,
    "backend-api.md": make_backend_api_page,
}


def write_reference() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, make in PAGES.items():
        (FOLDER / name).write_text(make(), "utf-8")


def find_stale() -> list[str]:
    """Returns the names of pages that aren't what the code says."""
    return [
        name
        for name, make in PAGES.items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text("utf-8") != make()
    ]
