"""The rest of the first seed document's flow, against a running server and a real mail server."""

import signal
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.api import Api, contents
from tests.support.processes.commands import PRODUCTION, Server, process, started
from tests.support.servers.smtp import SENDER, Post, link_in, listening, mails, until


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    async with listening(Post()) as post:
        yield post


@contextmanager
def serving(api: Api, url: str, post: Post, folder: Path, *options: str) -> Generator[Server]:
    """A production server on the test's database; the test's requests go to it."""
    settings = production(url, post)
    with started("serve", *options, folder=folder, **settings) as server:
        api.client = httpx.AsyncClient(base_url=server.url, timeout=60)
        yield server


def production(url: str, post: Post) -> dict[str, str]:
    mail = {"TENANTRY_SMTP_URL": post.url, "TENANTRY_MAIL_FROM": SENDER}
    return {**PRODUCTION, **mail, "TENANTRY_DATABASE_URL": url}


async def test_two_are_invited_one_is_taken_back_the_other_accepts_from_the_mail(
    api: Api, database_url: str, post: Post, tmp_path: Path
) -> None:
    with serving(api, database_url, post, tmp_path) as server:
        ada = await api.person("ada@example.com", given_name="Ada", family_name="Lovelace")
        made = (await api.send("create-organization", by=ada, name="Acme")).payload
        acme = {"organizationId": made["organization"]["id"]}
        grace_invited = (
            await api.send("invite", by=ada, **acme, emailAddress="Grace@example.com")
        ).payload["invitation"]
        alan_invited = (
            await api.send("invite", by=ada, **acme, emailAddress="alan@example.com")
        ).payload["invitation"]
        await until(lambda: len(post.letters) == 2, seconds=30)
        revoked = (
            await api.send("revoke-invitation", by=ada, **acme, invitationId=alan_invited["id"])
        ).payload
        letters = {letter["To"]: link_in(letter) for letter in post.letters}
        pages = {address: await api.client.get(path_of(link)) for address, link in letters.items()}
        ticket = ticket_in(letters["Grace@example.com"])
        preview = (await api.send("invitation-by-ticket", ticket=ticket)).data["invitationByTicket"]
        grace = await api.person("grace@example.com", verified=False)
        accepted = (
            await api.send("accept-invitation", by=grace, proof={"ticket": ticket})
        ).payload["membership"]
        alan = await api.person("alan@example.com")
        late = await api.send(
            "accept-invitation", by=alan, proof={"ticket": ticket_in(letters["alan@example.com"])}
        )
        who = {**acme, "userId": grace.id}
        promoted = (await api.send("change-role", by=ada, **who, role="org:admin")).payload[
            "membership"
        ]
        listed = (await api.send("invitations", by=grace, **acme)).data["organization"][
            "invitations"
        ]["nodes"]
        removed = (await api.send("remove-member", by=ada, **who)).payload["membership"]
        left = (await api.send("members", by=ada, **acme)).data["organization"]["memberships"]
        code, written = server.stop()

    assert [one["mail"] for one in (grace_invited, alan_invited)] == [{"status": "QUEUED"}] * 2
    assert revoked["invitation"]["status"] == "REVOKED"
    assert all(
        link.startswith("https://orgs.example.com/invitations/accept?ticket=")
        for link in letters.values()
    )
    assert "Join Acme" in pages["Grace@example.com"].text
    assert "This invitation was revoked." in pages["alan@example.com"].text
    assert (preview["next"], preview["inviterName"]) == ("SIGN_UP", "Ada Lovelace")
    assert accepted["role"]["key"] == "org:member"
    assert [one["code"] for one in late.user_errors] == ["organization_invitation_revoked_code"]
    assert promoted["role"]["key"] == "org:admin"
    assert {one["emailAddress"]: (one["status"], one["mail"]["status"]) for one in listed} == {
        "Grace@example.com": ("ACCEPTED", "SENT"),
        "alan@example.com": ("REVOKED", "SENT"),
    }
    assert removed["user"]["identifier"] == "grace@example.com"
    assert left["totalCount"] == 1
    assert code == 0
    assert_no_ticket(written, [*letters.values()])
    assert_no_ticket(str(await contents(api.store)), [*letters.values()])


def path_of(link: str) -> str:
    """The link on the server at hand: its host is the public one."""
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


def ticket_in(link: str) -> str:
    return parse_qs(urlsplit(link).query)["ticket"][0]


def assert_no_ticket(text: str, links: list[str]) -> None:
    """Neither whole nor its secret part: not in a log, not in the store (rule 14)."""
    for link in links:
        assert ticket_in(link).rpartition(".")[2] not in text


@pytest.mark.slow
async def test_a_worker_alone_sends_what_a_server_without_one_has_queued(
    api: Api, database_url: str, post: Post, tmp_path: Path
) -> None:
    with serving(api, database_url, post, tmp_path, "--no-worker"):
        ada = await api.person("ada@example.com")
        made = (await api.send("create-organization", by=ada, name="Acme")).payload
        id = made["organization"]["id"]
        await api.send("invite", by=ada, organizationId=id, emailAddress="grace@example.com")
        with process("worker", folder=tmp_path, **production(database_url, post)) as worker:
            await until(lambda: len(post.letters) == 1, seconds=30)
            await until(lambda: is_sent(api))
            worker.send_signal(signal.SIGTERM)
            code = worker.wait(timeout=30)

    assert (code, post.addresses) == (0, ["grace@example.com"])


async def is_sent(api: Api) -> bool:
    return [mail.status for mail in await mails(api.store)] == ["sent"]


@pytest.mark.slow
async def test_without_a_mail_server_production_passes_links_on_by_hand(
    api: Api, database_url: str, tmp_path: Path
) -> None:
    with started(
        "serve", folder=tmp_path, **PRODUCTION, TENANTRY_DATABASE_URL=database_url
    ) as server:
        api.client = httpx.AsyncClient(base_url=server.url, timeout=60)
        ada = await api.person("ada@example.com")
        made = (await api.send("create-organization", by=ada, name="Acme")).payload
        new = {"organizationId": made["organization"]["id"], "emailAddress": "grace@example.com"}
        refused = await api.send("invite", by=ada, **new)
        invited = (await api.send("invite", by=ada, **new, notify=False)).payload["invitation"]
        which = {"organizationId": new["organizationId"], "invitationId": invited["id"]}
        again = await api.send("resend-invitation", by=ada, **which)

    (error,) = refused.user_errors
    assert (error["code"], error["field"]) == ("form_param_value_invalid", ["input", "notify"])
    assert "TENANTRY_SMTP_URL" in error["message"]
    assert [one["code"] for one in again.user_errors] == ["form_param_value_invalid"]
    assert invited["mail"] == {"status": "NOT_REQUESTED"}
    assert invited["url"].startswith("https://orgs.example.com/invitations/accept?ticket=")
