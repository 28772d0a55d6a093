"""What the letter of an invitation says, and what can't be smuggled into it (rules 14, 20 and"
" 21)."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import SMTP, SMTPUTF8
from html import escape
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from resolvers.invitations.tickets import TicketKind, verify_ticket
from server.delivery.messages import InvitationEmail, Undeliverable, render, to_plain_text
from server.delivery.smtp import Outbox
from tests.support.api import Api, contents
from tests.support.data.factories import Acme
from tests.support.servers.smtp import (
    KEYS,
    PUBLIC_URL,
    Memory,
    Post,
    delivery,
    invited,
    link_in,
    listening,
    mails,
    text_of,
)

NOW = datetime(2030, 5, 6, 7, 8, tzinfo=UTC)
LINK = f"{PUBLIC_URL}/invitations/accept?ticket=orginv_0123.mac"
LETTER = InvitationEmail(
    id="mail_0123",
    address="Grace.Hopper@example.com",
    organization="Acme",
    product=None,
    role="Member",
    inviter="Ada Lovelace",
    link=LINK,
    expires_at=NOW + timedelta(days=30),
    sender="Accounts <no-reply@example.com>",
    host="orgs.example.com",
)


def links(html: str) -> list[str]:
    return re.findall(r'href="([^"]*)"', html)


def test_a_letter_says_who_invites_whom_into_what_until_when() -> None:
    message = render(LETTER, NOW)

    assert message["Subject"] == "You're invited to join Acme"
    assert message["To"] == "Grace.Hopper@example.com"
    assert message["Message-ID"] == "<mail_0123@orgs.example.com>"
    for kind in ("plain", "html"):
        body = text_of(message, kind)
        plain = re.sub(r"<[^>]*>", "", body)
        assert "Ada Lovelace has invited you to join Acme as Member." in plain
        assert "05 June 2030, 07:08 UTC" in plain
        assert "Grace.Hopper@example.com" in plain
        assert LINK in body


def test_a_letter_of_a_service_names_no_inviter() -> None:
    message = render(replace(LETTER, inviter=None), NOW)

    assert text_of(message).startswith("You're invited to join Acme as Member.")


def test_a_letter_names_the_product_if_the_instance_has_a_name() -> None:
    message = render(replace(LETTER, product="Analytical Engine"), NOW)

    for kind in ("plain", "html"):
        plain = re.sub(r"<[^>]*>", "", text_of(message, kind))
        assert "invited you to join Acme on Analytical Engine as Member." in plain


def test_the_message_id_is_the_same_on_every_try() -> None:
    first, second = render(LETTER, NOW), render(LETTER, NOW + timedelta(days=1))

    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] != second["Date"]


@pytest.mark.parametrize("place", ["organization", "product", "inviter", "role"])
def test_what_people_typed_is_escaped(place: str) -> None:
    hostile = "<b>\"Acme\" & 'Sons'</b>"

    html = text_of(render(replace(LETTER, **{place: hostile}), NOW), "html")

    assert "<b>" not in html
    assert "&lt;b&gt;" in html
    assert links(html) == [LINK, LINK]


@pytest.mark.parametrize("place", ["organization", "product", "inviter", "role"])
@pytest.mark.parametrize(
    "hostile",
    [
        "Booking.com",
        "Go to evil.example/login",
        "https://evil.example",
        "www.evil.example",
        "mallory@evil.example",
        "evil。com",
        r"\\evil\share",
    ],
)
def test_nothing_that_people_typed_can_be_taken_for_a_link(place: str, hostile: str) -> None:
    message = render(replace(LETTER, **{place: hostile}), NOW)

    looks = re.compile(r"[\w-]+[.。@][\w-]+|//\w|\\\w", re.UNICODE)
    for shown in (message["Subject"], text_of(message), text_of(message, "html")):
        words = re.sub(r"<style>.*?</style>|<[^>]*>", " ", shown, flags=re.DOTALL)
        ours = words.replace(LINK, "").replace(LETTER.address, "")
        assert looks.findall(ours) == []


def test_an_address_copies_as_it_is_and_html_makes_no_link_of_it() -> None:
    message = render(replace(LETTER, address="a&b+c@mail.example.com"), NOW)

    assert "This invitation is for a&b+c@mail.example.com and expires" in text_of(message)
    assert (
        "This invitation is for <span>a&amp;b+c@</span><span>mail.</span><span>example.</span>"
        "<span>com</span> and expires"
    ) in text_of(message, "html")


@pytest.mark.parametrize("local", ["ada+www.evil.example", "ada+evil.example/login"])
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_link_in_an_address_is_broken(kind: str, local: str) -> None:
    body = text_of(render(replace(LETTER, address=f"{local}@example.com"), NOW), kind)

    assert "evil.example" not in body
    assert f"{local}@example.com" in re.sub(r"<[^>]*>|\u2060", "", body)


def test_unlinked_text_reads_the_same() -> None:
    assert to_plain_text("Booking.com").replace("\u2060", "") == "Booking.com"
    assert to_plain_text("Acme Ltd. & Sons") == "Acme Ltd. & Sons"


def test_a_name_that_tells_a_story_is_cut() -> None:
    story = "Your account is locked, call us at once and tell us your password " * 4

    message = render(replace(LETTER, organization=story, inviter=story), NOW)

    assert len(message["Subject"]) < 120
    assert story.strip() not in text_of(message)


@pytest.mark.parametrize("place", ["organization", "product", "inviter", "role"])
def test_no_header_can_be_added(place: str) -> None:
    hostile = "Acme\r\nBcc: mallory@evil.example\r\n\r\nHello\x00\u202e"

    message = render(replace(LETTER, **{place: hostile}), NOW)

    again = message_from_bytes(message.as_bytes(policy=SMTP), policy=SMTP)
    assert again["Bcc"] is None
    assert sorted(again.keys()) == sorted(render(LETTER, NOW).keys())
    assert "\u202e" not in text_of(again)


@pytest.mark.parametrize(
    "address",
    [
        "new@example.com\r\nBcc: mallory@evil.example",
        "new@example.com, mallory@evil.example",
        "a@b.example\n",
    ],
)
def test_an_address_can_t_add_a_header_or_a_recipient(address: str) -> None:
    with pytest.raises(Exception, match="not a valid email address"):
        render(replace(LETTER, address=address), NOW).as_bytes(policy=SMTP)


def test_names_in_every_script_arrive_as_they_are() -> None:
    letter = replace(LETTER, organization="Bücher & Söhne 株式会社", inviter="Зоя Ωmega")

    again = message_from_bytes(render(letter, NOW).as_bytes(policy=SMTP), policy=SMTP)

    assert again["Subject"] == "You're invited to join Bücher & Söhne 株式会社"
    assert "Зоя Ωmega has invited you to join Bücher & Söhne 株式会社" in text_of(again)


# ------------------------------------------------------------------------ from the store, delivered


async def sent(api: Api, acme: Acme, address: str = "new@example.com") -> Memory:
    memory = Memory()
    await invited(api, acme, address)
    await delivery(api.store, api.clock, memory).deliver()
    return memory


async def test_the_link_is_built_on_the_public_url_whatever_the_host_header_says(
    api: Api, acme: Acme
) -> None:
    api.client.headers["x-forwarded-host"] = "evil.example"
    api.client.headers["forwarded"] = "host=evil.example"

    memory = await sent(api, acme)

    (letter,) = memory.letters
    assert link_in(letter).startswith(f"{PUBLIC_URL}/invitations/accept?ticket=orginv_")
    assert "evil" not in letter.as_string()
    assert letter["Message-ID"].endswith("@orgs.example.com>")


async def test_the_mail_ticket_is_in_the_letter_and_nowhere_else(api: Api, acme: Acme) -> None:
    with capture_logs() as logs:
        memory = await sent(api, acme)
        failing = Memory(lambda message: RuntimeError(message.as_string()))
        await invited(api, acme, "other@example.com")
        await delivery(api.store, api.clock, failing).deliver()

    ticket = link_in(memory.letters[0]).partition("ticket=")[2]
    stored = await contents(api.store)
    (invitation,) = [row for row in stored["invitation"] if row[0] == ticket.partition(".")[0]]
    nonces = [
        value
        for value in invitation
        if isinstance(value, str) and verify_ticket(KEYS.given, ticket, value)
    ]
    assert [verify_ticket(KEYS.given, ticket, nonce) for nonce in nonces] == [TicketKind.MAIL]
    for mac in (ticket.partition(".")[2], link_in(failing.tried[0]).rpartition(".")[2]):
        assert mac not in repr(stored)
        assert mac not in repr(logs)
    assert not any(nonce in repr(stored["event"]) for nonce in nonces)
    assert [one["event"] for one in logs if one["log_level"] == "warning"] == ["mail not sent"]
    assert "@example.com" not in repr(logs)


async def test_inviter_and_role_are_those_of_the_invitation(api: Api, acme: Acme) -> None:
    memory = await sent(api, acme)

    assert text_of(memory.letters[0]).startswith(
        "Ada Lovelace has invited you to join Acme as Member."
    )


async def test_an_outbox_keeps_a_letter_that_a_person_can_read(
    api: Api, acme: Acme, tmp_path: Path
) -> None:
    await invited(api, acme, "grüße@example.com")

    await delivery(api.store, api.clock, Outbox(tmp_path / "var" / "outbox")).deliver()

    (path,) = (tmp_path / "var" / "outbox").glob("*.eml")
    (mail,) = await mails(api.store)
    raw = path.read_text()
    assert path.stem == mail.id
    assert re.search(
        rf"^{PUBLIC_URL}/invitations/accept\?ticket=orginv_[0-9a-z]{{26}}\.[\w-]{{43}}$",
        raw,
        re.MULTILINE,
    )
    assert message_from_bytes(path.read_bytes(), policy=SMTPUTF8)["To"] == "grüße@example.com"
    assert path.parent.stat().st_mode & 0o077 == 0


async def test_the_letter_survives_the_way_through_a_mail_server(api: Api, acme: Acme) -> None:
    input = {"organizationId": acme.id, "name": "Bücher & Söhne"}
    await api.mutate("updateOrganization", input, by=acme.admin)
    await invited(api, acme, "new@example.com")

    async with listening(Post(), enable_SMTPUTF8=False) as post:
        await delivery(api.store, api.clock, post.url).deliver()

    (letter,) = post.letters
    assert letter["Subject"] == "You're invited to join Bücher & Söhne"
    assert link_in(letter) in text_of(letter, "html")


ENCODED = [
    "=?utf-8?q?X=0A=0AYour_account_is_locked=3A_call_us?=",
    "=?utf-8?q?a=0D=0ABcc=3A_x=40evil=2Eexample?=",
    "=?utf-8?b?QQpCY2M6IHhAZXZpbC5leGFtcGxl?= =?iso-8859-1?Q?=0A?=",
    "Acme =?utf-8?q?Ltd?=",
    "=?utf-8?q?" + "=E6=A0=AA" * 7 + "?=",
    "%0d%0aBcc%3A x",
    "{{ 7 * 7 }} {% raw %}",
]


@pytest.mark.parametrize("name", ENCODED)
async def test_a_subject_shows_a_name_character_by_character(
    api: Api, acme: Acme, name: str
) -> None:
    input = {"organizationId": acme.id, "name": name}
    assert (await api.mutate("updateOrganization", input, by=acme.admin)).payload
    await invited(api, acme, "new@example.com")

    async with listening(Post()) as post:
        await delivery(api.store, api.clock, post.url).deliver()

    (letter,), (envelope,) = post.letters, post.envelopes
    assert str(letter["Subject"]) == f"You're invited to join {name}"
    assert sorted(letter.keys()) == sorted(render(LETTER, NOW).keys())
    assert envelope.rcpt_tos == ["new@example.com"]
    assert name in text_of(letter)
    assert escape(name) in text_of(letter, "html")


def test_a_stored_name_that_decodes_to_a_link_is_defused() -> None:
    name = "=?utf-8?q?http=3A=2F=2Fevil=2Eexample?="

    message = render(replace(LETTER, organization=name), NOW)

    subject = message_from_bytes(message.as_bytes(policy=SMTP), policy=SMTP)["Subject"]
    assert subject.replace("\u2060", "") == f"You're invited to join {name}"
    assert "evil.example" not in str(make_header(decode_header(subject)))


@pytest.mark.parametrize(
    "local", ["=?utf-8?q?a=0ABcc=3A_x?=", "=?utf-8?b?YQ==?=", "x=?us-ascii?Q?y?=z"]
)
def test_a_stored_address_with_an_encoded_word_gets_no_mail(local: str) -> None:
    with pytest.raises(Undeliverable, match="not a valid email address"):
        render(replace(LETTER, address=f"{local}@example.com"), NOW)


@pytest.mark.parametrize(
    "address",
    [
        "o'neil+tag@Example.com",
        "a%0d%0ab@example.com",
        "SRS0=HH=TT=example.net=x@example.com",
        "a..b@example.com",
        "{{7*7}}@example.com",
        "grüße@example.com",
        "a!b/c|d~e`f^g#h$i&j*k@example.com",
        ".a.@example.com",
    ],
)
async def test_the_envelope_holds_the_address_as_typed(api: Api, acme: Acme, address: str) -> None:
    await invited(api, acme, address)

    async with listening(Post()) as post:
        await delivery(api.store, api.clock, post.url).deliver()

    (envelope,) = post.envelopes
    assert (envelope.rcpt_tos, envelope.mail_from) == ([address], "no-reply@example.com")
    assert isinstance(envelope.content, bytes)
    assert f"\r\nTo: {address}\r\n".encode() in envelope.content
