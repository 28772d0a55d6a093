"""Text that people type, sent through every way in
and out: nothing that interprets text may obey it.
"""

import json
import logging
import re
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import structlog
import yaml
from sqlalchemy import insert, update
from starlette.applications import Starlette

from models.base import new_id
from models.database.tables import metadata
from models.keys.secret_keys import SecretKey
from models.validation.text import CONTROLS
from server.cli.runtime.development import print_mail
from server.delivery.smtp import Outbox
from server.http.pages.graphiql import Document, MenuIdentity, page
from server.http.pages.invitation_page import DemoIdentity, routes
from server.observability import logs
from tests.conftest import settings
from tests.roles.test_roles_file import operator
from tests.support.api import JSON, SERVICE, Api
from tests.support.data.factories import Acme
from tests.support.data.invitations import codes, fields, unchanged
from tests.support.data.roles import PRIMARY, make_permission, shape
from tests.support.data.webhooks import an_endpoint as created
from tests.support.data.webhooks import create, update_endpoint
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import done, restored_logging
from tests.support.processes.model_file import Operator
from tests.support.servers.smtp import delivery, invited, mail_ticket, text_of
from tests.support.servers.webhook_receiver import an_endpoint, listening, renamed, sender

__all__ = ["operator"]

HARMLESS = "Harmless"
NASTY = {
    "encoded word": "=?utf-8?q?a=0D=0ABcc=3A_x=40evil=2Eexample?=",
    "percent": "a%0d%0aSet-Cookie:%20a=b",
    "line feed": "a\r\nBcc: x@evil.example\r\n\r\nb",
    "separators": "a\u2028b\u2029c\u0085d",
    "embedding": "a\u202ab\u202bc\u202cd\u202de\u202ef",
    "isolate": "a\u2066b\u2067c\u2068d\u2069e",
    "terminal": "a\x1b[31mb\x1b]0;title\x07c\x9b2Jd\x08e\x7ff",
    "NUL": "a\x00b",
    "template": "{{ 7 * 7 }}{% raw %}{# #}${7*7}%(x)s{0}",
    "HTML": "</script></title><img src=x onerror=alert(1)>\"'&amp;<!--",
    "rich": "[bold red]a[/bold red] :smile: [link=http://evil.example]b[/link]",
    "YAML": "*a &b !!c |\n#\t%d",
}
every_nasty_text = pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Any] = []

    def handle_starttag(self, tag: str, attrs: list[Any]) -> None:
        self.found.append((tag, [name for name, _ in attrs]))


def tags(html: str) -> list[Any]:
    parser = Tags()
    parser.feed(html)
    return parser.found


def controls(shown: str) -> list[str]:
    """What a terminal or browser would obey, apart from the ends of our own lines."""
    return CONTROLS.findall(shown.replace("\r\n", "").replace("\n", ""))


async def store_everywhere(api: Api, text: str) -> str:
    """Stores the text, as a version that checked less has; the id of a secret key with that"
    " name."""
    tables, id, now = metadata.tables, new_id(SecretKey.prefix, api.clock()), api.clock()
    key = {
        "id": id,
        "name": text,
        "visible": f"sk_{text[:1]}",
        "digest": "0",
        "created_at": now,
        "updated_at": now,
    }
    async with api.store.write() as session:
        await session.execute(update(tables["organization"]).values(name=text))
        await session.execute(update(tables["user"]).values(first_name=text, last_name=text))
        for name in ("role", "role_set"):
            await session.execute(update(tables[name]).values(name=text, description=text))
        await session.execute(insert(tables["secret_key"]).values(**key))
    return id


def only_letter_in(folder: Path) -> EmailMessage:
    (path,) = folder.glob("*.eml")
    return message_from_bytes(path.read_bytes(), policy=SMTPUTF8)


@ONLY_SQLITE
@every_nasty_text
async def test_mail(
    api: Api, acme: Acme, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await store_everywhere(api, text)
    await invited(api, acme, "new@example.com")
    capsys.readouterr()
    await delivery(api.store, api.clock, Outbox(tmp_path / "outbox", print_mail)).deliver()

    letter = only_letter_in(tmp_path / "outbox")

    assert sorted(letter.keys()) == [
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    ]
    assert letter["To"] == "new@example.com"
    html = text_of(letter, "html")
    assert controls(letter["Subject"] + text_of(letter) + html) == []
    assert [tag for tag in tags(html) if tag[0] in {"img", "script"}] == []
    assert len(text_of(letter).splitlines()) == 8
    assert "49" not in letter["Subject"] + text_of(letter).splitlines()[0]
    told = capsys.readouterr().out
    assert controls(told) == []
    assert told.splitlines()[1].startswith(f"Email to new@example.com, {tmp_path / 'outbox'}/mail_")


@pytest.fixture
async def browser(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    pages = routes(api.server, lambda address: DEMO)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=pages)), base_url="http://a"
    ) as client:
        yield client


DEMO: list[DemoIdentity] = []


@ONLY_SQLITE
@every_nasty_text
async def test_accept_page(api: Api, acme: Acme, browser: httpx.AsyncClient, text: str) -> None:
    pages: list[str] = []
    (made,) = await invited(api, acme, "new@example.com")
    ticket = await mail_ticket(api, made["id"])
    for one in (HARMLESS, text):
        DEMO[:] = [DemoIdentity(one, one)]
        await store_everywhere(api, one)
        pages.append((await browser.get("/invitations/accept", params={"ticket": ticket})).text)

    assert tags(pages[1]) == tags(pages[0])
    assert controls(pages[1]) == []
    (config,) = re.findall(
        r'<script type="application/json"[^>]*>(.*?)</script>', pages[1], re.DOTALL
    )
    assert json.loads(config)["identities"] == [{"label": text, "authorization": text}]


@ONLY_SQLITE
@every_nasty_text
async def test_ticket_and_origin(api: Api, acme: Acme, text: str) -> None:
    headers = {"origin": quote(text, safe=" {}$%()*?=[]:'"), "x-request-id": quote(text)}
    unknown = await api.client.get("/invitations/accept", params={"ticket": text}, headers=headers)
    image = await api.client.get(f"/images/{quote(text, safe='')}.svg", headers=headers)

    assert (unknown.status_code, image.status_code) == (404, 404)
    for answer in (unknown, image):
        assert text not in answer.text
        assert "set-cookie" not in answer.headers
        assert text not in answer.headers.values()


@every_nasty_text
def test_graphiql_page(text: str) -> None:
    shown = [
        bytes(
            page(
                endpoint="/graphql",
                identities=[MenuIdentity(one, one, one)],
                documents=[Document(one, one, {one: one})],
            ).body
        ).decode()
        for one in (HARMLESS, text)
    ]

    assert tags(shown[1]) == tags(shown[0])
    assert controls(shown[1]) == []


@ONLY_SQLITE
@every_nasty_text
async def test_roles_on_a_terminal(api: Api, acme: Acme, operator: Operator, text: str) -> None:
    text = text.replace("\x00", "")
    await store_everywhere(api, text)

    exported = done(await operator.run("export"))
    model = yaml.safe_load(exported)
    same = done(await operator.apply(exported, "--dry-run"))
    for one in (*model["roles"].values(), *model["role_sets"].values()):
        one |= {"name": HARMLESS, "description": HARMLESS}
    difference = done(await operator.apply(model, "--dry-run"))

    assert controls(exported + difference) == []
    assert yaml.safe_load(exported)["roles"]["org:admin"]["description"] == text
    assert same == "Nothing to change.\n"
    assert difference.endswith(
        "The file can be applied. This was a dry run, so nothing was changed.\n"
    )


@ONLY_SQLITE
@every_nasty_text
async def test_keys_on_a_terminal(api: Api, acme: Acme, operator: Operator, text: str) -> None:
    id = await store_everywhere(api, text)

    shown = [
        done(await operator.run_any("keys", *one))
        for one in (["list"], ["list", "--json"], ["revoke", id])
    ]

    assert controls("".join(shown)) == []
    assert json.loads(shown[1])[-1]["name"] == text
    assert [len(shown[0].splitlines()), len(shown[2].splitlines())] == [2, 1]


@ONLY_SQLITE
@every_nasty_text
async def test_refusals_on_a_terminal(operator: Operator, text: str) -> None:
    commands = [
        ("roles", "export", "--to", f"nowhere/{text}"),
        ("roles", "apply", f"nowhere/{text}"),
        ("keys", "revoke", text),
        ("keys", "create", "--name", text * 200),
        ("token", "--email", text),
    ]

    for one in commands if "\x00" not in text else commands[3:]:
        result = await operator.run_any(*one)
        assert result.exit_code == 2
        assert controls(result.stderr) == []


@ONLY_SQLITE
@every_nasty_text
async def test_webhooks(api: Api, acme: Acme, text: str) -> None:
    async with listening() as receiver:
        await an_endpoint(api, receiver.url())
        await store_everywhere(api, text)
        input = {
            "organizationId": acme.id,
            "mode": "MERGE",
            "publicMetadata": {"text": text.replace("\x00", "")},
        }
        assert (await api.mutate("updateOrganizationMetadata", input, by=SERVICE)).payload
        await renamed(api, acme, HARMLESS)
        await sender(api.store, api.clock).deliver()

    first = min(receiver.received, key=lambda one: one.id)
    assert json.loads(first.body)["data"]["name"] == text
    assert {"bcc", "set-cookie"}.isdisjoint(first.headers)
    assert not any(text in value for value in first.headers.values())


@every_nasty_text
@pytest.mark.parametrize("format", ["json", "console"])
def test_logs(text: str, format: str, capsys: pytest.CaptureFixture[str]) -> None:
    with restored_logging():
        logs.configure(settings(log_format=format))
        structlog.stdlib.get_logger("tenantry").warning(text, text=text, many=[text])
        logging.getLogger("library").warning("%s", text)
        try:
            raise ValueError(text)
        except ValueError as error:
            structlog.stdlib.get_logger("tenantry").error("failed", exc_info=error)
    lines = capsys.readouterr().err

    assert controls(lines) == []
    assert len(lines.splitlines()) == (3 if format == "json" else len(traceback_lines(lines)) + 3)


def traceback_lines(lines: str) -> list[str]:
    return lines[lines.index("Traceback") :].splitlines() if "Traceback" in lines else []


# ------------------------------------------------------------------------------------------ ways in

REFUSED = {
    name: NASTY[name] for name in ("line feed", "separators", "embedding", "isolate", "terminal")
}
LABELLED: dict[str, JSON] = {
    "createPermission": {"key": "org:reports:read"},
    "updatePermission": {"key": "org:reports:write"},
    "createRole": {"key": "org:editor", "permissions": []},
    "updateRole": {"key": "org:member"},
    "createRoleSet": {
        "key": "role_set:a",
        "roles": ["org:admin"],
        "defaultRole": "org:admin",
        "creatorRole": "org:admin",
    },
    "updateRoleSet": {"key": PRIMARY},
}


@pytest.mark.both_databases
@pytest.mark.parametrize("field", LABELLED)
async def test_labels_have_no_control_characters(api: Api, field: str) -> None:
    await make_permission(api, "org:reports:write")
    for text in REFUSED.values():
        async with unchanged(api):
            refused = await shape(api, field, **LABELLED[field], name=text, description=text)

        assert codes(refused) == ["form_param_format_invalid"] * 2
        assert fields(refused) == ["input.name", "input.description"]

    described = await shape(
        api, field, **LABELLED[field], name="Fine", description="Two\nlines,\tand a tab. می‌خواهم"
    )
    assert described.payload


async def test_descriptions_of_endpoints_have_no_control_characters(api: Api) -> None:
    made = await created(api, description="Two\nlines")
    for text in REFUSED.values():
        async with unchanged(api):
            refused = await create(api, description=text)
            same = await update_endpoint(api, made["id"], description=text)

        assert codes(refused) == codes(same) == ["form_param_format_invalid"]
        assert fields(refused) == fields(same) == ["input.description"]


@ONLY_SQLITE
async def test_names_of_keys_and_labels_of_files_have_no_control_characters(
    operator: Operator,
) -> None:
    model = await operator.exported()
    for text in REFUSED.values():
        key = await operator.run_any("keys", "create", "--name", text)
        model["roles"]["org:member"] |= {"name": "Fine", "description": text}
        role = await operator.apply(model)

        assert (key.exit_code, role.exit_code) == (2, 2)
        assert "control characters" in key.stderr
        assert (
            "roles.org:member.description: The description must not contain control characters"
            in role.stderr
        )
    assert len(json.loads(done(await operator.run_any("keys", "list", "--json")))) == 0
