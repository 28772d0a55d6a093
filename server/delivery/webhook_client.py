"""One try to send a webhook: to an address that was
looked at, for so long and reading so much, and no more.
"""

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from ipaddress import ip_address
from typing import Any, TypeVar

import httpcore
import httpx
import structlog

from models.validation.webhook_targets import Address, WebhookTargets

TRY_SECONDS = 15.0
# How long one of several addresses is waited for before the next one is tried.
CONNECT_SECONDS = 5.0
ADDRESSES = 3
ANSWER_BYTES = 65_536
# How long the rest of an answer is listened to once its status is there.
READ_SECONDS = 2.0
SHOWN_LENGTH = 200
# Names looked up side by side, in threads of their own: a name server that hangs must not hold up
# anything else.
LOOKUPS = 64

UNRESOLVED = "The host name can't be resolved."
NOT_ALLOWED = "The host name leads to an address that webhooks may not be sent to."
REFUSED = "No connection could be made."
BROKEN = "The connection broke off before an answer came."
MALFORMED = "What came back is no answer of HTTP/1.1."
TOO_SLOW = f"There was no answer within {TRY_SECONDS:.0f} seconds."
UNKNOWN = "It could not be sent; the log of this service tells why."

T = TypeVar("T")
Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

log = structlog.stdlib.get_logger("tenantry.webhooks")


@cache
def load_trust_store() -> ssl.SSLContext:
    """The certificate authorities that are trusted; they are read once, which takes a while."""
    return httpx.create_ssl_context()


class NotSent(Exception):
    """A try that never reached a receiver; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a try: the status when there was
    one, and what to tell of it when it was no success.
    """

    status: int | None = None
    error: str | None = None
    retry_after: str | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """The receiver wants no webhooks any more."""
        return self.status == 410


@dataclass(frozen=True, slots=True)
class Resolver:
    """The system's name service."""

    slots: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, LOOKUPS))

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        """The addresses of a name, each once, the best first; raises NotSent."""
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        await self.slots.acquire()
        lookup = asyncio.wrap_future(_in_daemon_thread(ask))
        lookup.add_done_callback(lambda _: self.slots.release())
        try:
            # A lookup that nobody waits for any more keeps its slot until its thread ends.
            found = await asyncio.shield(lookup)
        except (OSError, UnicodeError) as error:
            raise NotSent(UNRESOLVED) from error
        return [ip_address(text) for text in dict.fromkeys(str(one[4][0]) for one in found)]


def _in_daemon_thread(ask: Callable[[], T]) -> Future[T]:
    """The process doesn't wait for such a thread when
    it ends, as it does for those of an executor.
    """
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()

    def look_up() -> None:
        try:
            future.set_result(ask())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=look_up, name="webhook-lookup", daemon=True).start()
    return future


class Guard(httpcore.AsyncNetworkBackend):
    """Connects to exactly an address that was looked at:
    what the name means a moment later counts for nothing.
    """

    def __init__(self, targets: WebhookTargets, resolve: Resolve, scheme: str) -> None:
        self._targets, self._resolve, self._scheme = targets, resolve, scheme
        self._network: Any = httpcore.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, *given: Any, **options: Any
    ) -> httpcore.AsyncNetworkStream:
        """Raises NotSent where no address of the host is allowed, or none answers."""
        found = await self._resolve(host, port)
        allowed = [one for one in found if self._targets.allows(one, scheme=self._scheme)]
        if not allowed:
            raise NotSent(NOT_ALLOWED)
        for address in allowed[:ADDRESSES]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._network.connect_tcp(str(address), port, timeout=CONNECT_SECONDS)
        raise NotSent(REFUSED)


@dataclass(frozen=True, slots=True, eq=False)
class WebhookClient:
    """Posts webhooks: no proxy, no redirects, a connection for each."""

    targets: WebhookTargets
    trust: ssl.SSLContext
    resolve: Resolve = field(default_factory=Resolver)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """What came of it, always: no receiver can
        make this raise, or last longer than a try may.
        """
        try:
            async with asyncio.timeout(TRY_SECONDS):
                return await self._answer(httpcore.URL(url), headers, body)
        except TimeoutError:
            return Answer(error=TOO_SLOW)
        except Exception as error:
            return Answer(error=_explain(error))

    async def _answer(self, url: httpcore.URL, headers: Mapping[str, str], body: bytes) -> Answer:
        guard = Guard(self.targets, self.resolve, url.scheme.decode())
        async with (
            httpcore.AsyncHTTPConnection(
                url.origin, ssl_context=self.trust, network_backend=guard
            ) as connection,
            connection.stream("POST", url, headers=[*headers.items()], content=body) as response,
        ):
            said = await _read_beginning(response)
            if 200 <= response.status < 300:
                return Answer(response.status)
            given = {name.lower(): value for name, value in response.headers}
            retry_after = given.get(b"retry-after", b"").decode("ascii", "replace") or None
            return Answer(response.status, _reason(response.status, said), retry_after)


async def _read_beginning(response: httpcore.Response) -> bytes:
    """The beginning of the answer, as it came; once there
    is a status, a body that breaks off changes nothing.
    """
    said = b""
    chunks: Any = response.aiter_stream()
    with suppress(httpcore.NetworkError, httpcore.ProtocolError, TimeoutError):
        async with asyncio.timeout(READ_SECONDS), aclosing(chunks):
            async for chunk in chunks:
                said += chunk
                if len(said) >= ANSWER_BYTES:
                    break
    return said


def _reason(status: int, said: bytes) -> str:
    """What somebody can act on, with the first words of the answer where it is text."""
    if 300 <= status < 400:
        return f"The endpoint answered {status}: redirects are not followed."
    with suppress(UnicodeDecodeError):
        text = " ".join(said.decode().split())
        if text and text.isprintable():
            return f"The endpoint answered {status}: {text[:SHOWN_LENGTH]}"
    return f"The endpoint answered {status}."


def _explain(error: Exception) -> str:
    """A sentence for what went wrong; it holds no address, which may be one of our own network."""
    cause = error.__cause__
    if isinstance(error, NotSent):
        return str(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"The TLS certificate is not trusted: {cause.verify_message}."
    if isinstance(error, httpcore.ConnectError):
        return f"TLS could not be agreed on{_tls_reason(cause)}."
    if isinstance(error, httpcore.ProtocolError):
        return MALFORMED if isinstance(error, httpcore.RemoteProtocolError) and cause else BROKEN
    if isinstance(error, httpcore.NetworkError):
        return BROKEN
    log.error("webhook_not_sent", error=type(error).__name__)
    return UNKNOWN


def _tls_reason(cause: BaseException | None) -> str:
    reason = getattr(cause, "reason", None)
    return f": {reason.replace('_', ' ').lower()}" if isinstance(reason, str) else ""
