"""The script tag, as the pages of 2022 use it (check 40), and the types of an instance (check 34)."""

import os
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from server.http.pages.scripts import SCRIPTS
from tests.browser.support import SECRET_KEY, Site, add_member, somebody
from tests.support.processes.commands import Server
from tests.support.snippets import read_snippets

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NODE = ROOT / ".venv" / "bin" / "node"
CLI = ROOT / "web" / "packages" / "js" / "dist" / "cli.js"

IDENTITY = """<script>
    window.getIdentityToken = async () => (await (await fetch("/dev/identity-token", {
        method: "POST", headers: { "content-type": "application/json" },
        body: JSON.stringify({ email: "EMAIL" }) })).json()).token;
</script>"""

# As the documents of 2022 have it, but for the forgotten `async`.
CREATE = """<form id="new_organization">
  <label>Name</label><input name="name" /><button>Create organization</button>
</form>
<script>
const form = document.getElementById("new_organization");
form.addEventListener('submit', async function(e) {
  e.preventDefault();
  const inputEl = form.getElementsByTagName("input")[0];
  if (!inputEl) {
    return;
  }
  try {
    await window.Clerk.createOrganization({ name: inputEl.value });
    document.title = "created";
  } catch (err) {
    console.error(err);
  }
});
</script>"""

LIST = """<ul id="organizations_list"></ul>
<script type="module">
const list = document.getElementById("organizations_list");
const organizationMemberships = await window.Clerk.getOrganizationMemberships();
organizationMemberships.map((membership) => {
  const li = document.createElement("li");
  li.textContent = `${membership.organization.name} - ${membership.role}`;
  list.appendChild(li);
});
</script>"""


def show(site: Site, context: BrowserContext, email: str, body: str, attributes: str = "") -> Page:
    if not (SCRIPTS / "tenantry.js").is_file():
        pytest.fail("The script is not built: make install")
    html = f'{IDENTITY.replace("EMAIL", email)}<script src="/js/tenantry.js" {attributes}></script>{body}'

    def serve(route: Route) -> None:
        route.fulfill(body=f"<!doctype html>{html}", content_type="text/html")

    context.route("**/2022.html", serve)
    page = context.new_page()
    page.goto(f"{site.url}/2022.html")
    return page


def test_the_pages_of_2022_create_and_list(site: Site, context: BrowserContext) -> None:
    """Check 40."""
    ada = somebody(site.url)
    page = show(site, context, ada.email, CREATE, 'data-global="Clerk"')
    page.get_by_role("textbox").fill("Engines")
    page.get_by_role("button").click()
    expect(page).to_have_title("created")

    page = show(site, context, ada.email, LIST, f'data-global="Clerk" data-url="{site.url}"')

    expect(page.locator("li")).to_have_text(["Engines - admin"])


def test_members_and_invitations_have_the_shapes_of_2022(
    site: Site, context: BrowserContext
) -> None:
    ada, grace = somebody(site.url), somebody(site.url)
    engines = ada.creates("Engines")
    add_member(site.url, engines, grace)
    page = show(site, context, ada.email, "", 'data-global="Clerk"')

    seen = page.evaluate(
        """async (id) => {
            const organization = await Clerk.getOrganization(id);
            const invitation = await organization.inviteMember({
                emailAddress: "new@example.com", role: "basic_member" });
            const members = await organization.getMembers();
            const member = members.find(({ role }) => role === "basic_member");
            const promoted = await member.update({ role: "admin" });
            await organization.removeMember(member.userId);
            const pending = await organization.getPendingInvitations();
            await pending[0].revoke();
            return [invitation.role, invitation.status, members.length, members.hasMore,
                member.identifier, promoted.role, (await organization.getMembers()).length,
                pending.length, (await organization.getPendingInvitations()).length];
        }""",
        engines,
    )

    assert seen == [*("basic_member", "pending", 2, False), grace.email, "admin", 1, 1, 0]


def test_the_script_makes_the_object_of_today(site: Site, context: BrowserContext) -> None:
    ada = somebody(site.url)
    page = show(site, context, ada.email, "")
    page.evaluate("Tenantry.load()")
    assert page.evaluate("Tenantry.user.identifier") == ada.email
    assert page.evaluate("Tenantry.status") == "ready"
    page.evaluate("Tenantry.createOrganization({ name: 'Engines' })")
    assert page.evaluate("Tenantry.organization.name") == "Engines"
    assert page.evaluate("Tenantry.has({ role: 'admin' })")


USES = """import type { Tenantry } from "INDEX";
export function use(tenantry: Tenantry): void {
  tenantry.has({ permission: "org:sys_memberships:manage", role: "org:admin" });
  // @ts-expect-error: the permission doesn't exist.
  tenantry.has({ permission: "org:x:y" });
  // @ts-expect-error: the role doesn't exist.
  tenantry.has({ role: "org:never" });
}
"""
COMPILER = ROOT / "web" / "node_modules" / "typescript" / "bin" / "tsc"
STRICT = ("--noEmit", "--strict", "--module", "nodenext", "--skipLibCheck", "--target", "es2022")


def write_types(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **variables}
    command = [NODE, CLI, "types", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def compile_uses(folder: Path, declaration: str) -> str:
    """Returns what the compiler says about roles and permissions of the declaration and others."""
    index = ROOT / "web" / "packages" / "js" / "dist" / "index.js"
    (folder / "tenantry.d.ts").write_text(declaration)
    (folder / "uses.ts").write_text(USES.replace("INDEX", str(index)))
    command = [NODE, COMPILER, *STRICT, "tenantry.d.ts", "uses.ts"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout


def test_types_are_written_from_the_instance(server: Server, tmp_path: Path) -> None:
    """Check 34."""
    written = write_types("--url", server.url, TENANTRY_SECRET_KEY=SECRET_KEY)
    assert compile_uses(tmp_path, written.stdout) == ""

    refused = write_types("--url", server.url)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "TENANTRY_SECRET_KEY" in refused.stderr


def test_types_are_written_from_a_roles_file(tmp_path: Path) -> None:
    guide = read_snippets(ROOT / "docs" / "guides" / "roles-file.md")
    (example,) = [snippet.text for snippet in guide if snippet.language == "yaml"]
    file = tmp_path / "roles.yaml"
    file.write_text(example)
    written = write_types("--file", file)
    keys = [line.strip() for line in written.stdout.splitlines() if "|" in line]
    assert keys == ['| "org:admin"', '| "org:analyst";', '| "org:reports:read";']
    assert compile_uses(tmp_path, written.stdout) == ""

    # Without permissions of its own, those that are built in stay.
    file.write_text("permissions: {}\nroles: {'org:admin': {name: Admin, permissions: []}}\n")
    assert compile_uses(tmp_path, write_types("--file", file).stdout) == ""

    for content, fault in (
        ("roles: [org:admin]", "`roles` must be a mapping"),
        ("permissions: {}", "no `roles`"),
        ("roles: {", "line 1"),
    ):
        file.write_text(content)
        refused = write_types("--file", file)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert fault in refused.stderr
