"""The role model as one file: exported, changed, looked at, applied whole or not at all."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from sqlalchemy import select
from typer.testing import CliRunner, Result

from models.database.store import Store
from models.database.tables import metadata
from models.roles import MANAGER_PERMISSIONS
from server import cli
from server.yaml_files.shape import LIMIT
from tests.support.api import JSON, SERVICE, Api, contents, events
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.invitations import invited
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import done, invoke, refused, restored_logging
from tests.support.processes.model_file import Operator

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "roles-file.md"
MANAGING = sorted(MANAGER_PERMISSIONS)
PRIMARY = "role_set:primary"
PARTNERS = "role_set:partners"


@pytest.fixture
def operator(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Operator:
    monkeypatch.chdir(tmp_path)
    return Operator("roles", tmp_path, database_url)


def a_role(*permissions: str, name: str = "A role") -> JSON:
    return {"name": name, "permissions": [*permissions]}


def a_set(
    *roles: str, default: str = "org:member", creator: str = "org:admin", **values: Any
) -> JSON:
    return {
        "name": "A set",
        "default_role": default,
        "creator_role": creator,
        "roles": [*roles],
        **values,
    }


def with_partners(model: JSON) -> JSON:
    """The model with a second set, whose members may be guests."""
    model["roles"]["org:guest"] = a_role("org:sys_billing:read", name="Guest")
    model["role_sets"][PARTNERS] = a_set(
        "org:admin", "org:guest", default="org:guest", description="Those we trust."
    )
    return model


async def roles_in(store: Store, table: str, organization_id: str) -> set[str]:
    """The keys of the roles that members or invitations of an organization have."""
    rows, role = metadata.tables[table], metadata.tables["role"]
    statement = select(role.c.key).join(rows, rows.c.role_id == role.c.id)
    async with store.read() as connection:
        return set(
            (
                await connection.execute(statement.where(rows.c.organization_id == organization_id))
            ).scalars()
        )


# ------------------------------------------------------------------------------------- help, export


@pytest.mark.parametrize("name", ["export", "apply"])
def test_help_is_the_manual(name: str) -> None:
    top: Any = typer.main.get_command(cli.app)
    roles = top.commands["roles"]

    assert "Usage: tenantry roles" in done(invoke("roles", name, "--help"))
    assert [
        one.name for one in roles.commands[name].params if not (one.help or "").endswith(".")
    ] == []
    assert roles.help.endswith(".")


@ONLY_SQLITE
async def test_applying_what_was_exported_changes_nothing(operator: Operator, store: Store) -> None:
    await operator.applied(with_partners(await operator.exported()))
    before = await contents(store)

    text = done(await operator.run("export"))
    written = await operator.run("export", "--to", "again.yaml")
    applied = await operator.apply(text)

    assert (done(written), (operator.folder / "again.yaml").read_text()) == ("", text)
    assert text.startswith("# The role model of this instance")
    assert done(applied) == "Nothing to change.\n"
    assert done(await operator.apply(text, "--dry-run")) == "Nothing to change.\n"
    assert await contents(store) == before


@ONLY_SQLITE
async def test_a_new_instance_is_exported_sorted_and_without_system_permissions(
    operator: Operator,
) -> None:
    model = await operator.exported()

    assert list(model) == ["permissions", "roles", "role_sets"]
    assert model["permissions"] == {}
    assert list(model["roles"]) == ["org:admin", "org:member"]
    assert model["roles"]["org:member"]["permissions"] == [
        "org:sys_billing:read",
        "org:sys_memberships:read",
    ]
    assert model["role_sets"][PRIMARY] == {
        "name": "Primary role set",
        "description": "What new organizations get.",
        "initial": True,
        "default_role": "org:member",
        "creator_role": "org:admin",
        "roles": ["org:admin", "org:member"],
    }


@ONLY_SQLITE
async def test_files_that_can_not_be_read_or_written_are_one_sentence(operator: Operator) -> None:
    refused(
        await operator.run("export", "--to", "nowhere/roles.yaml"),
        "nowhere/roles.yaml: No such file or directory",
    )
    refused(await operator.run("apply", "nowhere.yaml"), "nowhere.yaml: No such file or directory")
    refused(await operator.run("apply", "."), ".: Is a directory")


# -------------------------------------------------------------------------------------------- apply


async def test_every_kind_of_change_is_shown_and_applied(operator: Operator, api: Api) -> None:
    first = await operator.exported()
    first["permissions"] = {
        "org:key:read": {"name": "Read keys"},
        "org:key:turn": {"name": "Turn keys", "description": "Left\nand right."},
    }
    first["roles"]["org:editor"] = a_role("org:key:read", "org:sys_billing:read", name="Editor")
    first["role_sets"][PRIMARY]["roles"].append("org:editor")
    created = await operator.applied(with_partners(first))

    second = await operator.exported()
    del second["permissions"]["org:key:turn"]
    second["permissions"]["org:key:read"] = {"name": "See keys", "description": "All of them."}
    second["permissions"]["org:key:write"] = {"name": "Write keys"}
    second["roles"]["org:editor"] = a_role("org:key:read", "org:key:write", name=" Writer ")
    second["roles"]["org:admin"]["permissions"].append("org:key:write")
    del second["roles"]["org:guest"]
    del second["role_sets"][PRIMARY]["initial"]
    second["role_sets"][PARTNERS] = {
        "replaced_with": PRIMARY,
        "mappings": {"org:guest": "org:editor"},
    }
    second["role_sets"]["role_set:new"] = a_set(
        "org:admin", "org:editor", default="org:editor", initial=True
    )
    second["role_sets"][PRIMARY] |= {
        "roles": ["org:admin", "org:editor"],
        "default_role": "org:editor",
    }
    second["role_sets"][PRIMARY]["mappings"] = {"org:member": "org:editor"}
    del second["roles"]["org:member"]
    changed = await operator.applied(second)

    assert created == [
        "+ permission org:key:read",
        '  + name: "Read keys"',
        "+ permission org:key:turn",
        '  + name: "Turn keys"',
        '  + description: "Left\\nand right."',
        "+ role org:editor",
        '  + name: "Editor"',
        "  + org:key:read",
        "  + org:sys_billing:read",
        "+ role org:guest",
        '  + name: "Guest"',
        "  + org:sys_billing:read",
        "+ role set role_set:partners",
        '  + name: "A set"',
        '  + description: "Those we trust."',
        '  + default_role: "org:guest"',
        '  + creator_role: "org:admin"',
        "  + org:admin",
        "  + org:guest",
        "~ role set role_set:primary",
        "  + org:editor",
        "5 to create, 1 to change, 0 to delete.",
    ]
    assert changed == [
        "~ permission org:key:read",
        '  ~ name: "Read keys" -> "See keys"',
        '  ~ description: null -> "All of them."',
        "- permission org:key:turn",
        "+ permission org:key:write",
        '  + name: "Write keys"',
        "~ role org:admin",
        "  + org:key:write",
        "~ role org:editor",
        '  ~ name: "Editor" -> "Writer"',
        "  + org:key:write",
        "  - org:sys_billing:read",
        "- role org:guest",
        "- role org:member",
        "+ role set role_set:new",
        '  + name: "A set"',
        "  + initial: true",
        '  + default_role: "org:editor"',
        '  + creator_role: "org:admin"',
        "  + org:admin",
        "  + org:editor",
        "- role set role_set:partners",
        "  its organizations get role_set:primary",
        "  members with org:guest get org:editor",
        "~ role set role_set:primary",
        "  ~ initial: true -> false",
        '  ~ default_role: "org:member" -> "org:editor"',
        "  - org:member; its members get org:editor",
        "2 to create, 4 to change, 4 to delete.",
    ]
    things, done_to = ("permission", "role", "roleSet"), ("created", "updated", "deleted")
    told_of = {event["type"] for event in await events(api.store)}
    every = {f"{thing}.{what}" for thing in things for what in done_to}
    assert told_of == every | {"feature.created"}


async def test_members_and_invitations_of_what_goes_get_what_the_mappings_say(
    operator: Operator, api: Api, acme: Acme
) -> None:
    await operator.applied(with_partners(await operator.exported()))
    await invited(api, acme.id, by=acme.admin)
    partner = await an_organization(api, by=acme.admin, name="Partner")
    input = {"organizationId": partner, "roleSet": PARTNERS}
    assert (await api.mutate("setOrganizationRoleSet", input, by=SERVICE)).payload
    await a_member(api, partner, acme.member)

    model = await operator.exported()
    model["roles"]["org:reader"] = a_role("org:sys_memberships:read", name="Reader")
    del model["roles"]["org:member"], model["roles"]["org:guest"]
    model["role_sets"][PRIMARY] |= {
        "roles": ["org:admin", "org:reader"],
        "default_role": "org:reader",
    }
    model["role_sets"][PRIMARY]["mappings"] = {"org:member": "org:reader"}
    model["role_sets"][PARTNERS] = {
        "replaced_with": PRIMARY,
        "mappings": {"org:guest": "org:reader"},
    }
    await operator.applied(model)

    assert await roles_in(api.store, "membership", acme.id) == {"org:admin", "org:reader"}
    assert await roles_in(api.store, "membership", partner) == {"org:admin", "org:reader"}
    assert await roles_in(api.store, "invitation", acme.id) == {"org:reader"}


@ONLY_SQLITE
async def test_a_manager_may_get_the_place_of_another_one(
    operator: Operator, api: Api, acme: Acme
) -> None:
    """The role that could manage loses it in the same
    file that gives its holders another one that can.
    """
    model = await operator.exported()
    model["roles"]["org:owner"] = a_role(*MANAGING, name="Owner")
    model["roles"]["org:admin"]["permissions"] = ["org:sys_memberships:read"]
    model["role_sets"][PRIMARY] |= {
        "roles": ["org:member", "org:owner"],
        "creator_role": "org:owner",
    }
    model["role_sets"][PRIMARY]["mappings"] = {"org:admin": "org:owner"}

    await operator.applied(model)

    assert await roles_in(api.store, "membership", acme.id) == {"org:owner", "org:member"}


@ONLY_SQLITE
async def test_the_creator_role_may_be_replaced_by_one_that_can_not_manage(
    operator: Operator, api: Api
) -> None:
    model = await operator.exported()
    model["roles"]["org:owner"] = a_role(*MANAGING, name="Owner")
    model["role_sets"][PRIMARY] |= {
        "roles": ["org:member", "org:owner"],
        "creator_role": "org:owner",
    }
    model["role_sets"][PRIMARY]["mappings"] = {"org:admin": "org:member"}

    await operator.applied(model)

    assert "org:admin" in (await operator.exported())["roles"]


@ONLY_SQLITE
async def test_what_goes_makes_room_for_what_comes(operator: Operator) -> None:
    model = await operator.exported()
    many = {f"org:r{number}": a_role() for number in range(50)}
    model["roles"] |= many
    model["role_sets"][PRIMARY]["roles"] += list(many)[:8]
    await operator.applied(model)

    model["roles"]["org:new"] = model["roles"].pop("org:r0")
    model["roles"]["org:newer"] = model["roles"].pop("org:r49")
    kept = model["role_sets"][PRIMARY]["roles"]
    kept[kept.index("org:r0")] = "org:new"
    kept[kept.index("org:r1")] = "org:newer"
    model["role_sets"][PRIMARY]["mappings"] = {"org:r1": "org:newer"}
    await operator.applied(model)

    assert {"org:new", "org:newer", "org:r1"} < set((await operator.exported())["roles"])


# ------------------------------------------------------------------------------------------ dry run


@ONLY_SQLITE
async def test_a_dry_run_shows_the_same_and_changes_nothing(
    operator: Operator, store: Store
) -> None:
    model = with_partners(await operator.exported())
    before = await contents(store)

    tried = done(await operator.apply(model, "--dry-run")).splitlines()

    assert await contents(store) == before
    assert tried.pop() == "The file can be applied. This was a dry run, so nothing was changed."
    assert await operator.applied(model) == tried


@ONLY_SQLITE
async def test_a_dry_run_tells_the_refusals(operator: Operator, store: Store) -> None:
    model = await operator.exported()
    model["permissions"]["reports"] = {"name": "Read reports"}

    assert await operator.errors(store, model, "--dry-run") == await operator.errors(store, model)


@ONLY_SQLITE
async def test_without_a_terminal_it_has_to_be_said_that_it_is_meant(
    operator: Operator, store: Store
) -> None:
    operator.write(with_partners(await operator.exported()))
    before = await contents(store)

    result = await operator.run("apply", "roles.yaml")

    assert result.exit_code == 2
    assert "+ role org:guest" in result.stdout
    assert "To apply the file without a prompt, add --yes." in result.stderr
    assert await contents(store) == before


def at_a_terminal(
    monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object] = lambda: None
) -> None:
    """From now on there is a terminal; `meanwhile` happens before the person answers."""

    def isatty(stream: object) -> bool:
        meanwhile()
        return True

    monkeypatch.setattr("typer.testing._NamedTextIOWrapper.isatty", isatty, raising=False)


async def asked(operator: Operator, answer: str) -> Result:
    def run() -> Result:
        with restored_logging():
            environment = {"COLUMNS": "100", "TENANTRY_DATABASE_URL": operator.url}
            return CliRunner().invoke(
                cli.app, ["roles", "apply", "roles.yaml"], input=f"{answer}\n", env=environment
            )

    result = await asyncio.to_thread(run)
    assert "Apply these changes? [y/N]" in result.stderr
    return result


@pytest.mark.parametrize(
    ("answer", "code", "says"), [("y", 0, "Applied."), ("n", 2, "Nothing was changed.")]
)
@ONLY_SQLITE
async def test_at_a_terminal_it_asks(
    operator: Operator, answer: str, code: int, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.write(with_partners(await operator.exported()))
    at_a_terminal(monkeypatch)

    result = await asked(operator, answer)

    assert (result.exit_code, result.output.splitlines()[-1]) == (code, says)
    assert ("org:guest" in (await operator.exported())["roles"]) == (code == 0)


@ONLY_SQLITE
async def test_what_was_not_shown_is_not_applied(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.write(with_partners(await operator.exported()))

    def rename() -> None:
        with sqlite3.connect(operator.folder / "tenantry.db") as database:
            database.execute("UPDATE role SET name = 'Boss' WHERE key = 'org:admin'")
        database.close()

    at_a_terminal(monkeypatch, rename)

    result = await asked(operator, "y")

    assert result.exit_code == 2
    assert (
        "Someone else has changed the roles in the meantime. Nothing was changed. Run the command"
        " again." in result.stderr
    )
    roles = (await operator.exported())["roles"]
    assert (roles["org:admin"]["name"], "org:guest" in roles) == ("Boss", False)


# ------------------------------------------------------------------------------------------ refused


@ONLY_SQLITE
async def test_what_the_store_refuses_is_told_all_at_once_with_its_line(
    operator: Operator, store: Store
) -> None:
    model = await operator.exported()
    model["permissions"] = {
        "org:fine:read": {"name": "Fine"},
        "reports": {"name": "x" * 257},
        "org:b:c": {"name": ""},
    }

    assert await operator.errors(store, model) == [
        "roles.yaml: line 4: permissions.reports: 'reports' is not a valid key. Write it like"
        " org:reports:read, with a-z, 0-9, and _.",
        "roles.yaml: line 5: permissions.reports.name: The name must have at most 256 characters.",
        "roles.yaml: line 7: permissions.org:b:c.name: The name must not be empty.",
    ]


@ONLY_SQLITE
async def test_a_refusal_in_the_last_step_undoes_the_first(
    operator: Operator, api: Api, acme: Acme
) -> None:
    model = await operator.exported()
    model["permissions"]["org:reports:read"] = {"name": "Read reports"}
    model["roles"]["org:reader"] = a_role("org:reports:read")
    model["role_sets"][PRIMARY] |= {
        "roles": ["org:admin", "org:reader"],
        "default_role": "org:reader",
    }
    del model["roles"]["org:member"]

    assert await operator.errors(api.store, model) == [
        "roles.yaml: line 4: roles.org:member: The file leaves it out, but it can't be deleted:"
        " The role is still in use. Members who have it: 1."
    ]


@ONLY_SQLITE
async def test_an_organization_keeps_its_last_manager(
    operator: Operator, api: Api, acme: Acme
) -> None:
    model = await operator.exported()
    model["roles"]["org:owner"] = a_role(*MANAGING)
    model["role_sets"][PRIMARY] |= {
        "roles": ["org:member", "org:owner"],
        "creator_role": "org:owner",
    }
    demoted = {**model["role_sets"][PRIMARY], "mappings": {"org:admin": "org:member"}}
    moved = {**model, "role_sets": {PRIMARY: demoted}}
    (by_mapping,) = await operator.errors(api.store, moved)

    model["role_sets"][PRIMARY]["roles"].append("org:admin")
    model["roles"]["org:admin"]["permissions"] = []
    (by_permissions,) = await operator.errors(api.store, model)

    assert (
        "role_sets.role_set:primary.mappings.org:admin: These organizations would lose their last"
        in by_mapping
    )
    assert (
        "roles.org:admin.permissions: These organizations would lose their last member who can"
        " manage them: Acme." in by_permissions
    )


@ONLY_SQLITE
async def test_it_has_to_be_said_what_becomes_of_who_has_what_goes(
    operator: Operator, api: Api
) -> None:
    await operator.applied(with_partners(await operator.exported()))
    model = await operator.exported()
    del model["role_sets"][PARTNERS]
    model["role_sets"][PRIMARY] |= {"roles": ["org:admin"], "default_role": "org:admin"}

    silent = await operator.errors(api.store, model)
    model["role_sets"][PARTNERS] = {
        "replaced_with": PRIMARY,
        "mappings": {"org:guest": "org:member"},
    }
    astray = await operator.errors(api.store, model)

    assert [line.partition(": role_sets")[2] for line in silent] == [
        ".role_set:partners: The file leaves out this role set. Name its replacement with"
        " `replaced_with`.",
        ".role_set:primary.mappings: The file leaves out org:member. Name the role that its members"
        " get in `mappings`.",
    ]
    assert len(astray) == 1
    assert (
        "role_set:partners.mappings.org:guest: 'org:member' is not a role of the set."
        " Its roles are: org:admin." in astray[0]
    )


@ONLY_SQLITE
async def test_members_of_a_set_that_goes_need_a_mapping(
    operator: Operator, api: Api, acme: Acme
) -> None:
    model = with_partners(await operator.exported())
    model["role_sets"][PARTNERS]["initial"] = True
    model["role_sets"][PRIMARY] = {"replaced_with": PARTNERS}

    (line,) = await operator.errors(api.store, model)

    assert (
        "role_sets.role_set:primary.mappings: These roles are in use but not in the new role"
        in line
    )
    assert line.endswith("org:member.")


# -------------------------------------------------------------------------------------------- shape

GOOD = """\
permissions:
  org:reports:read: {name: Read reports}
roles:
  org:admin: {name: Admin, permissions: [org:sys_profile:delete, org:sys_memberships:read, org:sys_memberships:manage]}
  org:member: {name: Member, permissions: []}
role_sets:
  role_set:primary:
    name: Primary
    initial: true
    default_role: org:member
    creator_role: org:admin
    roles: [org:admin, org:member]
"""
PLAIN = "Anchors, aliases, and tags are not allowed."
MEMBER = "org:member: {name: Member, permissions: []}"

WRONG = {
    "no file": ("", ["The file must contain a mapping."]),
    "no mapping": ("- 1", ["The file must contain a mapping."]),
    "no YAML": (
        "permissions: [",
        [
            "line 1: The file is not valid YAML: expected the node content, but found '<stream"
            " end>'."
        ],
    ),
    "no text": (
        "a: \x00",
        [
            "The file is not valid YAML: unacceptable character #x0000: special characters are not"
            " allowed."
        ],
    ),
    "no date": (
        "permissions: 2026-02-31",
        ["The file is not valid YAML: day is out of range for month."],
    ),
    "two documents": (
        f"{GOOD}---\na: 1",
        ["line 13: The file is not valid YAML: but found another document."],
    ),
    "an unhashable name": (
        "? [a]\n: 1",
        ["line 1: The file is not valid YAML: found unhashable key."],
    ),
    "an anchor": ("permissions: &a {}", [f"line 1: {PLAIN}"]),
    "a bomb": ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]", [f"line 1: {PLAIN}"]),
    "a tag": ("a: !!python/object/apply:os.system [id]", [f"line 1: {PLAIN}"]),
    "a deep nest": ("[" * 100_000, ["line 1: The file is nested too deeply."]),
    "too much": ("#" * (LIMIT + 1), [f"The file must have at most {LIMIT} bytes."]),
    "twice": (GOOD + "permissions: {}\n", ["line 1: permissions: It is repeated on line 13."]),
    "nothing": (
        "{}",
        ["permissions: It is missing.", "roles: It is missing.", "role_sets: It is missing."],
    ),
    "wrong kinds": (
        GOOD.replace("{name: Read reports}", "3")
        .replace("permissions: []", "permissions: org:sys_billing:read")
        .replace("name: Primary", "name: 12")
        .replace("initial: true", "initial: maybe"),
        [
            "line 2: permissions.org:reports:read: It must be a mapping of names to values.",
            "line 5: roles.org:member.permissions: It must be a list.",
            "line 8: role_sets.role_set:primary.name: It must be text. Put it in quotes.",
            "line 9: role_sets.role_set:primary.initial: It must be true or false.",
        ],
    ),
    "names that are none": (
        GOOD.replace("  org:member:", "  3:").replace("permissions: []", "permission: []")
        + "rolesets: {}\n",
        [
            "line 5: roles.3: It must be text. Put it in quotes.",
            "line 5: roles.3.permissions: It is missing.",
            "line 5: roles.3.permission: The name is unknown. Did you mean permissions?",
            "line 13: rolesets: The name is unknown. Did you mean role_sets or roles?",
        ],
    ),
    "unknown keys": (
        GOOD.replace("permissions: []", "permissions: [org:reports:raed, org:sys_billing:read]")
        .replace("roles: [org:admin, org:member]", "roles: [org:admin, org:membre]")
        .replace("initial: true", "mappings: {org:admin: org:nobody}"),
        [
            "line 5: roles.org:member.permissions.0: The permission 'org:reports:raed' doesn't"
            " exist."
            " Did you mean"
            " org:reports:read or",
            "line 6: role_sets: Exactly one role set must be initial, but none is.",
            "line 9: role_sets.role_set:primary.mappings.org:admin: The role stays in the set",
            "line 9: role_sets.role_set:primary.mappings.org:admin: 'org:nobody' is not a role of"
            " the set. Its roles are: org:ad",
            "line 10: role_sets.role_set:primary.default_role: 'org:member' is not a role of"
            " the set. Its roles are: org:admin,",
            "line 12: role_sets.role_set:primary.roles.1: The role 'org:membre' doesn't exist."
            " Did you mean org:member or",
        ],
    ),
    "an edited system permission": (
        GOOD.replace("org:reports:read:", "org:sys_billing:read:"),
        [
            "line 2: permissions.org:sys_billing:read: System permissions can't be changed. Leave"
            " it out."
        ],
    ),
    "two initial sets": (
        f"{GOOD}  role_set:b:"
        f" {{name: B, initial: true, default_role: org:admin, creator_role: org:admin,"
        " roles: [org:admin]}\n  role_set:c: {replaced_with: role_set:d}\n",
        [
            "line 6: role_sets: Exactly one role set must be initial, but these are: role_set:b,"
            " role_set:primary.",
            "line 14: role_sets.role_set:c.replaced_with: The role set that stays"
            " 'role_set:d' doesn't exist. Did you mean",
        ],
    ),
    "what can not be kept": (
        GOOD.replace("name: Member", r'name: "\ud800", description: "a\0b"'),
        [
            "line 5: roles.org:member.name: It contains a character that databases can't store.",
            "line 5: roles.org:member.description: It contains a character that databases can't"
            " store.",
        ],
    ),
    "a name for terminals": (
        GOOD.replace(MEMBER, f'{MEMBER}\n  "org:\\e[2J": {{}}'),
        [
            "line 6: roles.'org:\\x1b[2J'.name: It is missing.",
            "line 6: roles.'org:\\x1b[2J'.permissions: It is missing.",
        ],
    ),
}


@pytest.mark.parametrize(("text", "sentences"), WRONG.values(), ids=WRONG)
def test_a_file_of_the_wrong_shape_is_told_line_by_line(
    text: str, sentences: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("roles.yaml").write_text(text)

    refused(
        invoke("roles", "apply", "roles.yaml", "--yes"),
        *(f"roles.yaml: {one}" for one in sentences),
    )


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "roles.yaml").write_bytes(b"\xff\xfe\xfd")

    refused(
        invoke("roles", "apply", str(tmp_path / "roles.yaml")),
        "The file is not valid YAML: 'utf-8' codec can't decode",
    )


@ONLY_SQLITE
async def test_the_example_of_the_guide_can_be_applied_to_a_new_instance(
    operator: Operator,
) -> None:
    example = GUIDE.read_text().partition("```yaml\n")[2].partition("```")[0]

    await operator.applied(yaml.safe_load(example))

    assert example.count("\n") <= 16
    assert "org:member" not in (await operator.exported())["roles"]


@ONLY_SQLITE
async def test_the_good_file_of_these_tests_is_good(operator: Operator) -> None:
    assert (await operator.apply(GOOD)).exit_code == 0
