"""The pages cover the code: every setting, command, error code, type, and file that they link to."""

import re
from pathlib import Path

import pytest
from graphql import build_schema
from typer.main import get_command

from docsite import setting_descriptions
from docsite.api_pages import make_api_pages
from docsite.reference import find_stale
from docsite.stage import LINK
from models.errors.input import InputError
from models.errors.request import RequestError
from server.cli import app
from server.settings.issuers import ClaimNames, Issuer
from server.settings.settings import Settings
from tests.support.snippets import FENCE, PAGES, ROOT, page_name

DOCS = ROOT / "docs"
ERRORS = (DOCS / "errors.md").read_text()
SDL = (ROOT / "graphql" / "schema.graphql").read_text()
# Codes that graphql-core and the executor cause.
OTHER_CODES = {"INTERNAL", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}

# What clients and examples are given.
CLIENT_VARIABLES = {
    "authorized_parties",
    "import_secret_key",
    "key",
    "refresh_url",
    "require_redis",
    "secret_key",
    "sign_in_url",
    "task_url",
    "token",
    "url",
    "webhook_secret",
}


def anchors(text: str) -> set[str]:
    """Returns the anchors of a page: its headings, and those that it defines."""
    text = FENCE.sub("", text)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    named = re.findall(r'<a id="([^"]+)">', text)
    return {slug(heading) for heading in headings} | set(named)


def slug(heading: str) -> str:
    """Returns the anchor of a heading, as a repository's pages and the site make it."""
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


def test_the_reference_is_that_of_the_code() -> None:
    assert find_stale() == [], "Run: make format"


def test_every_setting_is_described_once() -> None:
    listed = [name for names in setting_descriptions.GROUPS.values() for name in names]

    assert sorted(listed) == sorted(Settings.model_fields)
    described = set(setting_descriptions.DESCRIPTIONS) - {"issuer_keys", "claims"}
    assert described == set(Settings.model_fields)
    assert set(setting_descriptions.DESCRIPTIONS["issuer_keys"]) == set(Issuer.model_fields)
    assert set(setting_descriptions.DESCRIPTIONS["claims"]) == set(ClaimNames.model_fields)
    known = {*Settings.model_fields, *Issuer.model_fields, *ClaimNames.model_fields}
    assert set(setting_descriptions.DEFAULTS) <= known


def test_settings_that_pages_name_exist() -> None:
    for page in PAGES:
        named = set(re.findall(r"TENANTRY_([A-Z_]+[A-Z])\b", page.read_text()))
        unknown = {name.lower() for name in named} - set(Settings.model_fields)
        assert unknown <= CLIENT_VARIABLES, page


def test_every_command_has_a_section() -> None:
    page = (DOCS / "reference" / "commands.md").read_text()
    group = get_command(app)

    for name, command in group.commands.items():  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]
        for inner in getattr(command, "commands", {"": None}):  # pyright: ignore[reportUnknownArgumentType]
            assert f"## tenantry {name} {inner}".strip() + "\n" in page


def subclasses(error: type[Exception]) -> set[type[Exception]]:
    return {error}.union(*map(subclasses, error.__subclasses__()))


def test_every_error_code_has_a_section() -> None:
    classes = subclasses(InputError) | subclasses(RequestError)
    codes = {vars(error)["code"] for error in classes if "code" in vars(error)} | OTHER_CODES
    user_errors, rest = ERRORS.split("\n## Top-level errors\n")
    top_level = rest.split("\n## Reasons\n")[0]

    documented = re.findall(r"^### (\w+)$", user_errors + top_level, re.MULTILINE)
    assert sorted(documented) == sorted(codes)


def test_every_reason_has_a_section() -> None:
    sources = [
        path.read_text()
        for package in ("models", "resolvers", "schema", "server")
        for path in (ROOT / package).rglob("*.py")
    ]
    reasons = {reason for text in sources for reason in re.findall(r'reason="(\w+)"', text)}
    documented = ERRORS.split("\n## Reasons\n")[1].split("\n## ")[0]

    assert set(re.findall(r"^### (\w+)$", documented, re.MULTILINE)) == reasons


def test_every_operation_and_type_has_a_section() -> None:
    pages = dict(make_api_pages(SDL))
    schema = build_schema(SDL)
    sections = {
        name for text in pages.values() for name in re.findall(r"^## (\w+)$", text, re.MULTILINE)
    }
    operations = {
        field
        for kind in (schema.query_type, schema.mutation_type, schema.subscription_type)
        if kind
        for field in kind.fields
    }
    types = {name for name in schema.type_map if not name.startswith("__")}
    types -= {"Query", "Mutation", "Subscription", "Boolean", "ID", "Int", "String", "Float"}

    assert operations | types <= sections


def test_links_inside_of_the_api_reference_lead_somewhere() -> None:
    pages = dict(make_api_pages(SDL))
    for text in pages.values():
        for target, anchor in LINK.findall(text):
            if not target.startswith(".."):
                assert anchor[1:] in {slug(line) for line in headings(pages[target[:-3]])}, target


def headings(text: str) -> list[str]:
    return re.findall(r"^## (.+)$", text, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    text = FENCE.sub("", page.read_text())
    for target, anchor in re.findall(r"\]\(([^)\s#:]*)(#[^)\s]*)?\)", text):
        path = (page.parent / target).resolve() if target else page
        assert path.is_file(), target
        if anchor and path.suffix == ".md":
            assert anchor[1:] in anchors(path.read_text()), (target, anchor)


def test_pages_of_other_products_name_what_exists() -> None:
    """Operations and fields in the right column of the tables of names."""
    names = set(re.findall(r"\b\w+\b", SDL))
    for page in (DOCS / "coming-from").glob("*.md"):
        rows = re.findall(r"^\|[^|]+\|([^|]+)\|$", page.read_text(), re.MULTILINE)
        assert rows, page
        for cell in rows:
            for code in re.findall(r"`([^`]+)`", cell):
                used = set(re.findall(r"\b[a-z]+(?:[A-Z][a-z]+)+\b", code))
                assert used <= names, (page, code)


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text().split("\nnav:\n")[1]
    for page in DOCS.rglob("*.md"):
        name = page.relative_to(DOCS).as_posix().replace("README.md", "index.md")
        assert re.search(rf"(: |- ){re.escape(name)}$", navigation, re.MULTILINE), name
