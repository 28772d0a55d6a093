"""How the mail server is spoken to: TLS, passwords, and to whom a password is told."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from server.delivery.mail import UNREACHABLE
from server.delivery.smtp import smtp_options
from tests.support.api import Api
from tests.support.data.factories import Acme
from tests.support.servers.smtp import (
    Certificate,
    Post,
    a_certificate,
    delivery,
    invited,
    listening,
    shown_mail,
)

NEW = "new@example.com"


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return a_certificate(tmp_path)


@dataclass
class Door:
    """Lets one user in, and notes who knocked."""

    seen: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])

    def __call__(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        self.seen.append((data.login, data.password))
        return AuthResult(success=self.seen[-1] == (b"us er", b"p@ss:"), handled=False)


@pytest.mark.parametrize(("password", "status"), [("p%40ss%3A", "SENT"), ("wrong", "QUEUED")])
async def test_a_server_that_wants_a_password_gets_it_over_tls_and_one_that_refuses_it_is_tried_again(
    api: Api,
    acme: Acme,
    certificate: Certificate,
    monkeypatch: pytest.MonkeyPatch,
    password: str,
    status: str,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    await invited(api, acme, NEW)
    door = Door()

    async with listening(
        Post(), tls_context=certificate.context, authenticator=door, auth_required=True
    ) as post:
        await delivery(
            api.store, api.clock, post.url.replace("//", f"//us%20er:{password}@")
        ).deliver()

    shown = (await shown_mail(api, acme))[NEW]
    assert shown["status"] == status
    assert len(door.seen) >= 1
    assert shown["lastError"] == (None if status == "SENT" else UNREACHABLE)


@pytest.mark.parametrize("has_tls", [True, False])
async def test_a_password_is_not_sent_in_the_clear_or_to_a_server_that_can_t_prove_its_name(
    api: Api, acme: Acme, certificate: Certificate, has_tls: bool
) -> None:
    await invited(api, acme, NEW)
    door = Door()
    options = {"tls_context": certificate.context} if has_tls else {"auth_require_tls": False}

    async with listening(Post(), authenticator=door, **options) as post:
        await delivery(
            api.store, api.clock, post.url.replace("//", "//us%20er:p%40ss%3A@")
        ).deliver()

    assert (await shown_mail(api, acme))[NEW]["status"] == "QUEUED"
    assert (door.seen, post.letters) == ([], [])


async def test_without_a_password_any_certificate_is_better_than_none(
    api: Api, acme: Acme, certificate: Certificate
) -> None:
    await invited(api, acme, NEW)

    async with listening(Post(), tls_context=certificate.context, require_starttls=True) as post:
        await delivery(api.store, api.clock, post.url).deliver()

    assert post.addresses == [NEW]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.com", ("mail.example.com", 587, None, None, False, None, False)),
        ("smtp://mail.example.com:25", ("mail.example.com", 25, None, None, False, None, False)),
        (
            "smtp://us%40er:p%2Fw@mail.example.com",
            ("mail.example.com", 587, "us@er", "p/w", False, True, True),
        ),
        (
            "smtps://user:pw@mail.example.com",
            ("mail.example.com", 465, "user", "pw", True, False, True),
        ),
        ("smtps://mail.example.com", ("mail.example.com", 465, None, None, True, False, True)),
    ],
)
def test_the_url_says_how_the_server_is_spoken_to(url: str, expected: tuple[Any, ...]) -> None:
    options = smtp_options(url)

    names = ("hostname", "port", "username", "password", "use_tls", "start_tls", "validate_certs")
    assert tuple(options[name] for name in names) == expected
