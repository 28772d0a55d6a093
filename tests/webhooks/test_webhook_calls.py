"""One try to send a webhook, against receivers that mean no good (docs/rules.md, Delivery)."""

import asyncio
import gzip
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from models.validation.webhook_targets import Address, WebhookTargets
from server.delivery import webhook_client
from server.delivery.webhook_client import Answer, Resolver, WebhookClient
from server.trust_store import load_trust_store
from tests.support.servers.smtp import Certificate, a_certificate
from tests.support.servers.webhook_receiver import (
    ANYWHERE,
    Behaviour,
    Receiver,
    answering,
    dripping,
    hanging,
    listening,
    resetting,
)

HEADERS = {"webhook-id": "evt_1", "content-type": "application/json"}
BODY = b'{"type":"role.updated"}'
PUBLIC = WebhookTargets(allows_private=False)
NETWORK = WebhookTargets(allows_private=False, networks=(ip_network("127.0.0.0/8"),))
TRUST = ssl.create_default_context()
NOT_ALLOWED = "The host name leads to an address that webhooks can't be sent to."


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening() as receiver:
        yield receiver


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return a_certificate(tmp_path)


@pytest.fixture
async def secure(certificate: Certificate) -> AsyncIterator[Receiver]:
    """A receiver that speaks TLS, with a certificate that nobody else has signed."""
    async with listening(certificate.context) as receiver:
        yield receiver


class Names:
    """A name server whose answers change from one question to the next; the last one stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), list[str]()

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
        self.asked.append(host)
        return [ip_address(one) for one in answer]


async def post(
    url: str,
    targets: WebhookTargets = ANYWHERE,
    trust: ssl.SSLContext = TRUST,
    names: Names | None = None,
) -> Answer:
    async def get_trust() -> ssl.SSLContext:
        return trust

    return await WebhookClient(targets, names or Resolver(), get_trust).post(url, HEADERS, BODY)


# -------------------------------------------------------------------------------------------- where


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "100.64.0.1"]
)
async def test_a_name_that_leads_to_a_private_address_is_not_connected_to(
    secure: Receiver, address: str
) -> None:
    names = Names([address])

    answer = await post(f"https://hooks.example.com:{secure.port}/", PUBLIC, names=names)

    assert (answer.error, secure.connections, names.asked) == (
        NOT_ALLOWED,
        0,
        ["hooks.example.com"],
    )
    assert address not in str(answer)


async def test_an_address_in_the_url_is_looked_at_when_connecting_too(
    receiver: Receiver, secure: Receiver
) -> None:
    for url in (receiver.url(), secure.url(), f"https://localhost:{secure.port}/"):
        assert (await post(url, PUBLIC)).error == NOT_ALLOWED

    assert (receiver.connections, secure.connections) == (0, 0)
    assert (await post(receiver.url(), NETWORK)).is_success, (
        "the very same is sent where the settings allow it"
    )


async def test_of_several_addresses_only_the_allowed_ones_are_connected_to(
    receiver: Receiver,
) -> None:
    names = Names(["10.0.0.1", "127.0.0.1", "192.168.0.1"])

    answer = await post(f"http://hooks.example.com:{receiver.port}/", NETWORK, names=names)

    assert answer.is_success


async def test_a_name_is_looked_up_once_so_that_its_next_answer_counts_for_nothing(
    receiver: Receiver,
) -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    url = f"http://hooks.example.com:{receiver.port}/"

    first, second = await post(url, NETWORK, names=names), await post(url, NETWORK, names=names)

    assert (first.is_success, second.error) == (True, NOT_ALLOWED)
    assert (receiver.connections, names.asked) == (1, ["hooks.example.com"] * 2)


async def test_the_next_address_is_tried_when_one_does_not_answer(receiver: Receiver) -> None:
    names = Names(["127.0.0.2", "127.0.0.1"])

    assert (await post(f"http://hooks.example.com:{receiver.port}/", names=names)).is_success


async def test_redirects_are_not_followed(receiver: Receiver) -> None:
    for status in (301, 302, 303, 307, 308):
        receiver.behaves["/"] = answering(status, f"Location: {receiver.url('/private')}")

        answer = await post(receiver.url())

        assert (answer.status, answer.is_success) == (status, False)
        assert answer.error == f"The endpoint responded with {status}. Redirects are not followed."
    assert receiver.at("/private") == []


async def test_the_environment_names_no_proxy(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening() as proxy:
        for name in (
            "HTTP_PROXY",
            "http_proxy",
            "HTTPS_PROXY",
            "https_proxy",
            "ALL_PROXY",
            "all_proxy",
        ):
            monkeypatch.setenv(name, proxy.url())

        assert (await post(receiver.url())).is_success

        assert (proxy.connections, receiver.connections) == (0, 1)


# ---------------------------------------------------------------------------------------------- tls


async def test_a_certificate_is_verified(secure: Receiver, certificate: Certificate) -> None:
    refused = await post(secure.url())
    trusted = await post(secure.url(), trust=ssl.create_default_context(cafile=certificate.path))

    assert refused.error
    assert refused.error.startswith("The TLS certificate is not trusted: self-signed certificate")
    assert trusted == Answer(200)
    assert len(secure.received) == 1


async def test_a_certificate_is_verified_for_the_name_and_not_for_the_address(
    secure: Receiver, certificate: Certificate
) -> None:
    trust = ssl.create_default_context(cafile=certificate.path)

    answer = await post(
        f"https://hooks.example.com:{secure.port}/", trust=trust, names=Names(["127.0.0.1"])
    )

    assert answer.error
    assert "Hostname mismatch" in answer.error
    assert secure.received == []


async def test_a_receiver_that_speaks_no_tls_is_told_so() -> None:
    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(begin, "127.0.0.1", 0) as server:
        answer = await post(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")

    assert answer.error
    assert answer.error.startswith("The TLS handshake failed")


# ------------------------------------------------------------------------------------------ answers


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_every_2xx_is_a_success(receiver: Receiver, status: int) -> None:
    receiver.behaves["/"] = answering(status)

    assert await post(receiver.url()) == Answer(status)


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        (resetting, "The connection was closed before a response arrived."),
        (answering(600), "The endpoint responded with 600."),
    ],
)
async def test_what_is_no_success_is_told(
    receiver: Receiver, behaviour: Behaviour, told: str
) -> None:
    receiver.behaves["/"] = behaviour

    assert (await post(receiver.url())).error == told


async def test_what_is_no_http_is_told(receiver: Receiver) -> None:
    async def babble(writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com ESMTP\r\n\r\n")

    receiver.behaves["/"] = babble

    assert (await post(receiver.url())).error == "The response was not valid HTTP/1.1."


async def test_nobody_there_is_told() -> None:
    async with listening() as receiver:
        url = receiver.url()

    assert (await post(url)).error == "The connection failed."
    assert (await post("https://hooks.invalid/")).error == "The host name can't be resolved."


async def test_a_huge_answer_is_cut(receiver: Receiver) -> None:
    sent = 0

    async def pour(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 500 No\r\nContent-Length: 100000000\r\n\r\n")
        while sent < 100_000_000:
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536

    receiver.behaves["/"] = pour

    answer = await post(receiver.url())

    assert answer == Answer(500, f"The endpoint responded with 500: {'x' * 200}")
    assert sent < 20_000_000, "what lies in the buffers between us, and no more"


async def test_nothing_is_unpacked(receiver: Receiver) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    receiver.behaves["/"] = answering(500, "Content-Encoding: gzip", body=bomb)

    assert await post(receiver.url()) == Answer(500, "The endpoint responded with 500.")


@pytest.mark.parametrize(
    "behaviour",
    [
        hanging,
        dripping(b""),
        dripping(b"HTTP/1.1 200 OK\r\nX-Long: "),
        dripping(b"HTTP/1.1 200 OK\r\n"),
    ],
)
async def test_a_try_ends_in_time_whatever_drips(
    receiver: Receiver, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_client, "TRY_SECONDS", 0.3)
    receiver.behaves["/"] = behaviour
    began = time.monotonic()

    answer = await post(receiver.url())

    assert answer.error == "No response arrived within 15 seconds."
    assert time.monotonic() - began < 2


async def test_headers_without_end_are_cut(receiver: Receiver) -> None:
    async def pour(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.is_closing():
            writer.write(b"X-More: and more\r\n" * 1000)
            await writer.drain()

    receiver.behaves["/"] = pour

    assert (await post(receiver.url())).error == "The response was not valid HTTP/1.1."


async def test_once_there_is_a_status_a_body_that_drips_changes_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_client, "READ_SECONDS", 0.2)
    receiver.behaves["/"] = dripping(b"HTTP/1.1 202 Yes\r\nContent-Length: 1000000\r\n\r\n")

    assert await post(receiver.url()) == Answer(202)


async def test_a_name_server_that_hangs_is_waited_for_no_longer_than_a_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(host: str, port: int) -> Sequence[Address]:
        await asyncio.sleep(3600)
        return []

    monkeypatch.setattr(webhook_client, "TRY_SECONDS", 0.1)

    answer = await WebhookClient(PUBLIC, never).post("https://hooks.example.com/", HEADERS, BODY)

    assert answer.error == "No response arrived within 15 seconds."


async def test_a_try_waits_for_no_thread_that_others_keep_busy(receiver: Receiver) -> None:
    """As a name server that hangs keeps those that look up an issuer or a mail server."""
    load_trust_store.cache_clear()
    may_end = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        asyncio.get_running_loop().set_default_executor(pool)
        pool.submit(may_end.wait)
        try:
            client = WebhookClient(ANYWHERE)
            answer = await asyncio.wait_for(client.post(receiver.url(), HEADERS, BODY), 5)
        finally:
            may_end.set()

    assert answer == Answer(200)


HANGING_LOOKUP = """
import asyncio, socket, time
from server.delivery.webhook_client import Resolver

socket.getaddrinfo = lambda *given, **named: time.sleep(60)

async def main():
    try:
        await asyncio.wait_for(Resolver()("hooks.example.com", 443), 0.2)
    except TimeoutError:
        print("timed out", flush=True)

asyncio.run(main())
"""


async def test_a_lookup_that_hangs_does_not_keep_the_process() -> None:
    """The name service of the machine is what is replaced: none that hangs is at hand."""
    command = [sys.executable, "-c", HANGING_LOOKUP]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=30
    )

    assert (done.returncode, done.stdout) == (0, "timed out\n")
