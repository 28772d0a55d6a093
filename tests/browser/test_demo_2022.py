"""The demo's components and scripts of 2022 are those of the guide (check 36).

`guide_2022/` holds them as the guide's saved page has them: with line numbers, without line breaks
and indentation.
"""

import html
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = Path(__file__).parent / "guide_2022"
REACT = ROOT / "web" / "demo" / "src" / "2022"
PLAIN = ROOT / "web" / "demo" / "plain"

# Our import lines, and those of the guide; an empty one is not in the guide.
IMPORTS = {
    'import { useOrganizationList } from "@tenantry/react/legacy";': 'import { useOrganizationList } from "@clerk/clerk-react";',
    'import { useOrganizations } from "@tenantry/react/legacy";': 'import { useOrganizations } from "@clerk/react";',
    'import { useOrganization, useUser } from "@tenantry/react/legacy";': 'import { useOrganization } from "@clerk/clerk-react";',
    'import type { MembershipRole, OrganizationMembershipResource } from "@tenantry/react/legacy";': 'import type { OrganizationMembershipResource } from "@clerk/types";',
    'import { router } from "../router.ts";': "",
}
# What the guide's list lacks to be a module.
EXPORT = ["", "export default OrganizationList;"]
# Lines of a script that can't run as the guide has them, and those lines of ours.
SLIPS = {
    "create": {
        "form.addEventListener('submit', async function(e) {": "form.addEventListener('submit', function(e) {",
    },
    "list": {},
    "edit": {
        "form.addEventListener('submit', async function(e) {": "form.addEventListener('submit', function(e) {",
        'const organizationId = new URLSearchParams(location.search).get("organization");': 'const organizationId = "org_XXXXXXX";',
        "const currentMembership = organizationMemberships.find(membership =>": "const currentMembership = organizationMemberships.find(membership",
        "membership.organization.id === organizationId);": "=> membership.organization.id === organizationId);",
    },
    "members": {
        "await organization.removeMember(membership.userId);": "await currentOrganization.removeMember(membership.userId);",
        'const organizationId = new URLSearchParams(location.search).get("organization");': 'const organizationId = "org_XXXXXXX";',
        "const currentMembership = organizationMemberships.find(membership =>": "const currentMembership = organizationMemberships.find(membership",
        "membership.organization.id === organizationId);": "=> membership.organization.id === organizationId);",
        'const inputEl = form.getElementsByTagName("input")[0];': 'const inputEl = form.getElementsByTagName("input");',
        "<label>Email address</label>": "<label>Email address</div>",
    },
}
# Where the elements of a script begin in our page, and a comment that the page lacks.
FIRST = {
    "create": '<form id="new_organization">',
    "list": '<ul id="organizations_list">',
    "edit": '<form id="edit_organization">',
    "members": '<ul id="memberships_list">',
}
COMMENT = {"create": ["<!-- Form to create an organization -->"]}


def read_guide(name: str) -> str:
    return (GUIDE / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")


def number(lines: list[str]) -> str:
    """Writes lines as the saved page has them."""
    return "".join(f"{at}{line}" for at, line in enumerate(lines, 1))


def number_both(lines: list[str]) -> set[str]:
    """Where there is a line break at the end, the saved page numbers the empty line behind it."""
    return {number(lines), number([*lines, ""])}


@pytest.mark.parametrize(
    "name",
    ["CreateOrganization.tsx", "OrganizationList.tsx", "EditOrganization.jsx", "Organization.tsx"],
)
def test_components_differ_from_the_guide_in_import_lines_only(name: str) -> None:
    lines = [html.unescape(line).strip() for line in (REACT / name).read_text().splitlines()]
    if lines[-2:] == EXPORT:
        lines = lines[:-2]
    ours = [IMPORTS.get(line, line) for line in lines if IMPORTS.get(line) != ""]

    assert read_guide(name) in number_both(ours)


@pytest.mark.parametrize("name", SLIPS)
def test_scripts_and_their_elements_differ_from_the_guide_in_its_slips_only(name: str) -> None:
    slips = SLIPS[name]
    script = [line.strip() for line in (PLAIN / "2022" / f"{name}.js").read_text().splitlines()]
    ours = [*read_markup(name), "", "<script>", *script, "</script>"]
    assert all(line in ours for line in slips), "A line isn't ours any more."

    assert read_guide(f"{name}.html") in number_both([slips.get(line, line) for line in ours])


def read_markup(name: str) -> list[str]:
    """Reads the elements that a script is about from the page, which has the script elsewhere."""
    page = (PLAIN / "index.html").read_text().splitlines()
    start = next(at for at, line in enumerate(page) if line.startswith(FIRST[name]))
    end = page.index(f'<pre tabindex="0"><code id="{name}_source"></code></pre>')
    return [*COMMENT.get(name, []), *page[start:end]]
