"""Puts the pages into var/docs: those of `docs/`, and those that are generated from the schema."""

import re
import shutil
from pathlib import Path

from docsite.api_pages import make_api_pages

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SCHEMA = ROOT / "graphql" / "schema.graphql"
STAGE = ROOT / "var" / "docs"
MERMAID = ROOT / "docsite" / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
ASSETS = (ROOT / "docsite" / "site.css", ROOT / "web" / "graphiql" / "icon.svg", MERMAID)
# Pages that aren't in `docs/`, and what replaces other files of the repository.
PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "LICENSE": "files/LICENSE.txt",
    "README.md": "index.md",
    "SECURITY.md": "security.md",
    "graphql/schema.graphql": "reference/api/index.md",
}
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
FENCE = re.compile(r"^(```.*?^```)$", re.MULTILINE | re.DOTALL)


def stage(folder: Path = STAGE) -> None:
    """Writes all sources of the site, and replaces those of an earlier call."""
    shutil.rmtree(folder, ignore_errors=True)
    sources = [*DOCS.rglob("*.md"), *(ROOT / name for name in PAGES if name.endswith(".md"))]
    for source in sources:
        # The site begins with its own page, not with that of the repository.
        if source != ROOT / "README.md":
            write(folder / to_staged(source), rewrite_links(source, folder))
    for image in DOCS.rglob("*.png"):
        copy(image, folder / to_staged(image))
    for asset in ASSETS:
        copy(asset, folder / "assets" / asset.name)
    copy(SCHEMA, folder / "files" / "graphql" / SCHEMA.name)
    for name, text in make_api_pages(SCHEMA.read_text("utf-8")):
        write(folder / "reference" / "api" / f"{name}.md", text)


def to_staged(path: Path) -> str:
    """Returns where a file of the repository is in the site."""
    name = path.relative_to(ROOT).as_posix()
    if name in PAGES:
        return PAGES[name]
    if path.is_relative_to(DOCS):
        return re.sub(r"(^|/)README\.md$", r"\1index.md", path.relative_to(DOCS).as_posix())
    return f"files/{name}"


def rewrite_links(source: Path, folder: Path) -> str:
    """Returns the page with links into the site; copies the other files that it links to."""

    def rewrite(link: re.Match[str]) -> str:
        target = (source.parent / link[1]).resolve()
        if not target.is_file() or not target.is_relative_to(ROOT):
            raise SystemExit(f"{source.relative_to(ROOT)} links to {link[1]}, which isn't a file.")
        staged = to_staged(target)
        if staged.startswith("files/"):
            copy(target, folder / staged)
        depth = to_staged(source).count("/")
        return f"{'../' * depth}{staged}{link[2] or ''}"

    # Every second part is a code block.
    parts = FENCE.split(source.read_text("utf-8"))
    return "".join(part if n % 2 else LINK.sub(rewrite, part) for n, part in enumerate(parts))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
