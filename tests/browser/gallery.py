"""The gallery of the components, built once, on an origin that nothing else has."""

import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Page

from tests.browser.react_page import NODE, REPOSITORY

SOURCES = REPOSITORY / "web" / "demo" / "gallery"
VITE = REPOSITORY / "web" / "node_modules" / "vite" / "bin" / "vite.js"

# What stands beside an anchor is placed in the frame after it is shown.
PLACED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def scenes() -> list[str]:
    """The names of all states, as the gallery's own source has them."""
    text = (SOURCES / "scenes.tsx").read_text().partition("SCENES")[2]
    return re.findall(r'^  "?([a-z-]+)"?: \{', text, re.MULTILINE)


def build(output: Path) -> Path:
    arguments = ["build", SOURCES, "--config", SOURCES / "vite.config.ts", "--outDir", output]
    done = subprocess.run(
        [NODE, VITE, *arguments, "--logLevel", "warn"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return output


def tailwind(sheets: Sequence[str], *classes: str) -> list[str]:
    """What Tailwind CSS makes of the sheets of a product that uses these classes."""
    program = [NODE, Path(__file__).with_name("tailwind.mjs"), *classes]
    done = subprocess.run(
        program, input=json.dumps(sheets), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@dataclass
class Gallery:
    """Opens states of components, and notes what the pages complain about."""

    url: str
    context: BrowserContext
    complaints: list[str] = field(default_factory=list[str])

    def open(self, state: str, *, lang: str = "en", width: int = 1280, **more: object) -> Page:
        """Shows a state on a new page, as `show` does."""
        page = self.context.new_page()
        page.set_viewport_size({"width": width, "height": 720})
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("dialog", lambda dialog: self._heard("error", f"dialog: {dialog.message}"))
        self.show(page, state, lang=lang, **more)
        return page

    def show(self, page: Page, state: str, *, lang: str = "en", **more: object) -> None:
        """Shows a state, and waits until the buttons that lead to it are pressed, and it is loaded."""
        given = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in more.items()
        }
        query = {"state": state, "lang": lang, "theme": "light", **given}
        page.goto(f"{self.url}/index.html?{urlencode(query)}")
        page.wait_for_selector("html[data-pressed]", state="attached")
        page.evaluate(PLACED)
        if not state.endswith("-loading"):
            page.wait_for_selector(".tn-skeleton", state="detached")

    def change(self, page: Page, *, lang: str = "en", theme: str = "light") -> None:
        """Shows the state that a page has in another language or theme, without loading it again."""
        page.evaluate("look => changeLook(look)", {"lang": lang, "theme": theme})
        page.evaluate(PLACED)

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and "shows nothing because" not in text:
            self.complaints.append(text)
