"""The HTTP client for webhooks: it limits addresses, time, and the size of answers."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from typing import Any

import httpcore
import structlog

from models.validation.webhook_targets import Address, WebhookTargets
from server.daemon_thread import run_in_daemon_thread
from server.trust_store import get_trust_store

TRY_SECONDS = 15.0
# How long connecting to one address can take before the client tries the next one.
CONNECT_SECONDS = 5.0
MAXIMUM_ADDRESSES = 3
ANSWER_BYTES = 65_536
# How long the client reads the body of an answer.
READ_SECONDS = 2.0
SHOWN_LENGTH = 200
# How many host names are looked up side by side. Each lookup has its own thread, so that a name
# server that hangs doesn't block anything else.
LOOKUPS = 64

UNRESOLVED = "The host name can't be resolved."
NOT_ALLOWED = "The host name leads to an address that webhooks can't be sent to."
REFUSED = "The connection failed."
BROKEN = "The connection was closed before a response arrived."
MALFORMED = "The response was not valid HTTP/1.1."
TOO_SLOW = f"No response arrived within {TRY_SECONDS:.0f} seconds."
UNKNOWN = "The webhook couldn't be sent. The server's log contains the reason."

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

log = structlog.stdlib.get_logger("tenantry.webhooks")


class NotSent(Exception):
    """The request reached no receiver; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a request: its status if there was an answer, and what went wrong."""

    status: int | None = None
    error: str | None = None
    retry_after: str | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the receiver asked to stop sending webhooks."""
        return self.status == 410


@dataclass(frozen=True, slots=True)
class Resolver:
    """Looks up host names in the name service of the system."""

    slots: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, LOOKUPS))

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        """Returns the addresses of a host, the best first; raises NotSent if it has none."""
        look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        await self.slots.acquire()
        lookup = asyncio.wrap_future(run_in_daemon_thread(look_up))
        lookup.add_done_callback(lambda _: self.slots.release())
        try:
            # A lookup that nobody waits for anymore keeps its slot until its thread ends.
            results = await asyncio.shield(lookup)
        except (OSError, UnicodeError) as error:
            raise NotSent(UNRESOLVED) from error
        return [ip_address(text) for text in dict.fromkeys(str(result[4][0]) for result in results)]


class TargetGuard(httpcore.AsyncNetworkBackend):
    """Connects only to an address that it has checked.

    A second lookup of the host could have another result.
    """

    def __init__(self, targets: WebhookTargets, resolve: Resolve, scheme: str) -> None:
        self._targets, self._resolve, self._scheme = targets, resolve, scheme
        self._network: Any = httpcore.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, *arguments: Any, **options: Any
    ) -> httpcore.AsyncNetworkStream:
        """Raises NotSent if no address of the host is allowed, or none answers."""
        addresses = await self._resolve(host, port)
        allowed = [
            address for address in addresses if self._targets.allows(address, scheme=self._scheme)
        ]
        if not allowed:
            raise NotSent(NOT_ALLOWED)
        for address in allowed[:MAXIMUM_ADDRESSES]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._network.connect_tcp(str(address), port, timeout=CONNECT_SECONDS)
        raise NotSent(REFUSED)


@dataclass(frozen=True, slots=True, eq=False)
class WebhookClient:
    """Posts webhooks without a proxy or redirects, each over its own connection."""

    targets: WebhookTargets
    resolve: Resolve = field(default_factory=Resolver)
    get_trust: Callable[[], Awaitable[ssl.SSLContext]] = get_trust_store

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Posts a webhook. It never raises, and never takes longer than TRY_SECONDS."""
        try:
            async with asyncio.timeout(TRY_SECONDS):
                return await self._answer(httpcore.URL(url), headers, body)
        except TimeoutError:
            return Answer(error=TOO_SLOW)
        except Exception as error:
            return Answer(error=describe_error(error))

    async def get(self, url: str, headers: Mapping[str, str]) -> tuple[Answer, bytes]:
        """Gets a document, or at least its start. It never raises."""
        try:
            async with asyncio.timeout(TRY_SECONDS):
                return await self._exchange("GET", httpcore.URL(url), headers, None)
        except TimeoutError:
            return Answer(error=TOO_SLOW), b""
        except Exception as error:
            return Answer(error=describe_error(error)), b""

    async def _answer(self, url: httpcore.URL, headers: Mapping[str, str], body: bytes) -> Answer:
        return (await self._exchange("POST", url, headers, body))[0]

    async def _exchange(
        self, method: str, url: httpcore.URL, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[Answer, bytes]:
        """Sends a request; returns the answer, with the start of its body."""
        guard = TargetGuard(self.targets, self.resolve, url.scheme.decode())
        async with (
            httpcore.AsyncHTTPConnection(
                url.origin, ssl_context=await self.get_trust(), network_backend=guard
            ) as connection,
            connection.stream(method, url, headers=[*headers.items()], content=body) as response,
        ):
            body_start = await read_start(response)
            if 200 <= response.status < 300:
                return Answer(response.status), body_start
            values = {name.lower(): value for name, value in response.headers}
            retry_after = values.get(b"retry-after", b"").decode("ascii", "replace") or None
            error = describe_status(response.status, body_start)
            return Answer(response.status, error, retry_after), body_start


async def read_start(response: httpcore.Response) -> bytes:
    """Reads the start of the body; an incomplete body doesn't change what the status means."""
    start = b""
    chunks: Any = response.aiter_stream()
    with suppress(httpcore.NetworkError, httpcore.ProtocolError, TimeoutError):
        async with asyncio.timeout(READ_SECONDS), aclosing(chunks):
            async for chunk in chunks:
                start += chunk
                if len(start) >= ANSWER_BYTES:
                    break
    return start


def describe_status(status: int, body_start: bytes) -> str:
    """Describes a rejected response, with the start of its body if that is text."""
    if 300 <= status < 400:
        return f"The endpoint responded with {status}. Redirects are not followed."
    with suppress(UnicodeDecodeError):
        text = " ".join(body_start.decode().split())
        if text and text.isprintable():
            return f"The endpoint responded with {status}: {text[:SHOWN_LENGTH]}"
    return f"The endpoint responded with {status}."


def describe_error(error: Exception) -> str:
    """Describes an error without the address, which could be one of an internal network."""
    cause = error.__cause__
    if isinstance(error, NotSent):
        return str(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"The TLS certificate is not trusted: {cause.verify_message}."
    if isinstance(error, httpcore.ConnectError):
        reason = getattr(cause, "reason", None)
        details = f": {reason.replace('_', ' ').lower()}" if isinstance(reason, str) else ""
        return f"The TLS handshake failed{details}."
    if isinstance(error, httpcore.ProtocolError):
        return MALFORMED if isinstance(error, httpcore.RemoteProtocolError) and cause else BROKEN
    if isinstance(error, httpcore.NetworkError):
        return BROKEN
    log.error("webhook not sent", error=type(error).__name__)
    return UNKNOWN
