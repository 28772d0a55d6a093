"""What clients of all kinds could send to a server in a process of its own, and what must hold."""

import json
import os
import re
import socket
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from schema import get_schema
from tests.support.api import JSON, SECRET_KEY, sign_token, test_issuer
from tests.support.documents.values import JSON_VALUES, TEXTS, nearly_valid, requests
from tests.support.http import INNARDS
from tests.support.processes.commands import Program, Server, started
from tests.support.subscriptions import PROTOCOL

T = TypeVar("T")

# How long each property is tried with new examples; without it, a few that are always the same.
SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
SILENCE_SECONDS = 0.05
ANSWER_SECONDS = 10.0
# The server can't answer a closing frame that it takes for the rest of one that isn't complete.
CLOSE_SECONDS = 0.5
# 1006 is a connection that broke, and 1011 a fault of the server.
UNEXPECTED_CODES = {1006, 1011}

GRAPHQL: Any = get_schema()._schema  # pyright: ignore[reportPrivateUsage]
SERVICE = f"Bearer {SECRET_KEY}"
SETTINGS = {
    "TENANTRY_ENV": "development",
    "TENANTRY_IDENTITY_ISSUERS": f"[{test_issuer().model_dump_json(exclude_none=True)}]",
    "TENANTRY_SECRET_KEYS": SECRET_KEY,
    "TENANTRY_ADDRESS_RATE": "1000000/minute",
    "TENANTRY_USER_RATE": "1000000/minute",
    "TENANTRY_MAX_SOCKETS_PER_ADDRESS": "1000",
}
FOUND = """mutation($name: String!) { createOrganization(input: {name: $name}) {
  organization { id slug } } }"""
PERSON = """mutation($email: String!) { createUser(input: {emailAddress: $email}) {
  user { id } } }"""


@dataclass
class Target:
    """A server that is fuzzed, with what exists in it."""

    server: Server
    client: httpx.Client
    organization_id: str
    user_id: str

    @property
    def port(self) -> int:
        return int(self.server.url.rpartition(":")[2])

    @property
    def known(self) -> dict[str, list[Any]]:
        """Values that exist, by the names of arguments and input fields."""
        organization, user = [self.organization_id], [self.user_id]
        return {
            **{"organizationId": organization, "id": organization + user, "userId": user},
            **{"ids": organization + user, "createdBy": user, "first": [1, 20], "last": [1, 20]},
            **{"role": ["org:member", "org:admin"], "roleSet": ["role_set:default"]},
            **{"emailAddress": ["a@example.com"], "after": ["0", "1"], "slug": ["fuzz"]},
            **{"url": ["https://hooks.example.com/"], "permission": ["org:sys_profile:manage"]},
        }

    def check_alive(self) -> None:
        answer = self.client.post("/graphql", json={"query": "{ __typename }"})
        assert answer.json()["data"] == {"__typename": "Query"}


def token() -> str:
    now = int(time.time())
    issuer = test_issuer()
    claims = {"iss": issuer.issuer, "aud": issuer.audience, "sub": "fuzz", "iat": now}
    return f"Bearer {sign_token({**claims, 'exp': now + 7200, 'email': 'fuzz@example.com'})}"


@contextmanager
def target(folder: Path, program: Program = ()) -> Generator[Target]:
    """Serves on a fresh database; fails if the server wrote a traceback until the end."""
    with (
        started("serve", folder=folder, program=program, **SETTINGS) as server,
        httpx.Client(base_url=server.url, timeout=ANSWER_SECONDS) as client,
    ):
        # Read while it is written: a server whose output nobody takes would wait for ever.
        output = server.process.stdout
        assert output
        lines = list[str]()
        reader = Thread(target=lambda: lines.extend(output))
        reader.start()
        organization = server.graphql(FOUND, SERVICE, name="Fuzz").json()["data"]
        user = server.graphql(PERSON, SERVICE, email="first@example.com").json()["data"]
        yield Target(
            server,
            client,
            organization["createOrganization"]["organization"]["id"],
            user["createUser"]["user"]["id"],
        )
        server.process.terminate()
        code = server.process.wait(30)
        reader.join()
        written = "".join(lines)
        assert code == 0, written
        assert not re.search("Traceback|internal_error|never retrieved", written), written


def explore(
    strategy: st.SearchStrategy[T],
    check: Callable[[T], None],
    examples: int,
    seconds: float = SECONDS,
) -> None:
    """Tries a property with examples that are always the same, then with new ones for a time."""

    def try_examples(**options: Any) -> None:
        health: Any = list(HealthCheck)  # pyright: ignore[reportUnknownVariableType]
        chosen = settings(
            max_examples=examples,
            deadline=None,
            database=None,
            suppress_health_check=health,
            **options,
        )
        chosen(given(strategy)(check))()

    try_examples(derandomize=True)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try_examples()


# --------------------------------------------------------------------------------------- what holds


def check_body(body: Any) -> None:
    """Asserts that this is a result of GraphQL without a fault of the server."""
    assert body.keys() <= {"data", "errors", "extensions"}, body
    assert "data" in body or body["errors"], body
    for error in body.get("errors", ()):
        assert isinstance(error["message"], str), error
        assert error["message"], error
        assert error["extensions"]["code"] != "INTERNAL", error


def check_response(status: int, headers: Mapping[str, str], content: bytes) -> None:
    assert status < 500, (status, content)
    assert headers["x-content-type-options"] == "nosniff"
    assert "cache-control" in headers
    is_page = content.startswith(b"<")
    if not is_page and (b'"errors":' in content or b'"data":' in content):
        body = json.loads(content)
        check_body(body)
        content = json.dumps([error["message"] for error in body.get("errors", ())]).encode()
    # The page of GraphiQL and the schema may name anything.
    if not is_page and not content.startswith(b'"""'):
        assert not INNARDS.search(content.decode()), content


def check_code(closed: ConnectionClosed) -> None:
    assert closed.rcvd, closed
    assert closed.rcvd.code not in UNEXPECTED_CODES, closed


def check_raw(answer: bytes) -> None:
    """Asserts that bytes are no response at all, or responses of which none is a fault."""
    for status in re.findall(rb"^HTTP/1\.1 (\d{3})", answer, re.MULTILINE):
        assert status < b"500", answer
    assert not answer or answer.startswith(b"HTTP/1.1 "), answer
    assert not INNARDS.search(answer.partition(b"\r\n\r\n")[2].decode(errors="replace")), answer


# ---------------------------------------------------------------------------------------- what is sent

HEADER_TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20) | (
    st.sampled_from(
        [
            *("application/json", "application/json; charset=utf-8", "text/event-stream", "*/*"),
            *("application/graphql-response+json", "gzip", "Bearer x", SERVICE, "null"),
            *("https://evil.example", "a=b", "0", "-1", "chunked", "100-continue", "bytes=0-1"),
        ]
    )
)
HEADER_NAMES = st.sampled_from(
    [
        *("accept", "authorization", "content-type", "content-encoding", "accept-encoding"),
        *("origin", "idempotency-key", "x-forwarded-for", "range", "if-none-match", "cookie"),
        *("access-control-request-method", "access-control-request-headers", "traceparent"),
        *("expect", "x-request-id", "accept-charset", "forwarded", "x-http-method-override"),
    ]
)
PATHS = st.sampled_from(
    [
        *("/graphql", "/", "/healthz", "/readyz", "/schema.graphql", "/.well-known/jwks.json"),
        *("/invitations/accept", "/invitations/accept?ticket=a.b", "/graphql?query={a}", "/nope"),
        *("/graphql/", "//graphql", "/../etc/passwd", "/%00", "/%ff", "/graphql?%ff=%00"),
        *("/logos/a.svg", "/.well-known/openid-configuration", "/graphql/assets/a.js"),
    ]
)
METHODS = st.sampled_from(["POST", "POST", "GET", "PUT", "DELETE", "OPTIONS", "HEAD", "TRACE"])
BODIES = st.one_of(
    st.binary(max_size=300),
    JSON_VALUES.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries(
        {},
        optional={
            "query": JSON_VALUES | st.just("{ __typename }"),
            "variables": JSON_VALUES,
            "operationName": JSON_VALUES,
            "extensions": JSON_VALUES,
        },
    ).map(lambda value: json.dumps(value).encode()),
)
HTTP_REQUESTS = st.tuples(
    METHODS, PATHS, st.lists(st.tuples(HEADER_NAMES, HEADER_TEXTS), max_size=4), BODIES
)
LINES = st.sampled_from(
    [
        *(
            b"POST /graphql HTTP/1.1",
            b"GET /healthz HTTP/1.1",
            b"GET / HTTP/1.0",
            b"Host: localhost",
        ),
        *(b"Host: localhost", b"Content-Length: 5", b"Content-Length: 0", b"Connection: close"),
        *(b"Transfer-Encoding: chunked", b"Content-Type: application/json", b"", b"", b"5", b"0"),
        *(b'{"query":"{a}"}', b"Connection: Upgrade", b"Upgrade: websocket", b"Upgrade: h2c"),
        *(b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", b"Sec-WebSocket-Version: 13", b": x"),
        *(b"Sec-WebSocket-Protocol: graphql-transport-ws", b" folded", b"Expect: 100-continue"),
    ]
)
RAW = st.lists(LINES | st.binary(max_size=30), max_size=12).map(b"\r\n".join) | st.binary()


def send_raw(target: Target, data: bytes) -> None:
    answer = b""
    with socket.create_connection(("127.0.0.1", target.port)) as connection:
        connection.settimeout(SILENCE_SECONDS)
        with suppress(TimeoutError, ConnectionError):
            connection.sendall(data)
            while part := connection.recv(65_536):
                answer += part
    check_raw(answer)


def send_request(target: Target, request: tuple[str, str, list[tuple[str, str]], bytes]) -> None:
    """Sends a request that httpx would refuse to send."""
    method, path, headers, body = request
    with closing(HTTPConnection("127.0.0.1", target.port, timeout=ANSWER_SECONDS)) as connection:
        connection.putrequest(method, path)
        for name, value in headers:
            connection.putheader(name, value)
        connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        content = response.read()
        answered = {name.lower(): value for name, value in response.getheaders()}
        check_response(response.status, answered, content)


def send_document(target: Target, request: JSON, authorization: str) -> None:
    content = json.dumps(request)
    headers = {"authorization": authorization, "content-type": "application/json"}
    response = target.client.post("/graphql", content=content, headers=headers)
    check_response(response.status_code, response.headers, response.content)


def send_subscription(target: Target, request: JSON) -> None:
    """Listens to events for a moment, and leaves."""
    headers = {"authorization": SERVICE, "accept": "text/event-stream"}
    timeout = httpx.Timeout(ANSWER_SECONDS, read=SILENCE_SECONDS)
    with (
        suppress(httpx.ReadTimeout),
        target.client.stream(
            "POST", "/graphql", json=request, headers=headers, timeout=timeout
        ) as response,
    ):
        assert response.status_code < 500
        for line in response.iter_lines():
            if line.startswith("data: {"):
                check_body(json.loads(line.removeprefix("data: ")))


IDS = st.sampled_from(["1", "2", "3"])
TYPES = st.sampled_from(["ping", "pong", "complete", "subscribe", "connection_init", "next"])
ANY_MESSAGES: st.SearchStrategy[Any] = st.one_of(
    st.fixed_dictionaries(
        {"type": TYPES}, optional={"id": IDS | JSON_VALUES, "payload": JSON_VALUES}
    ),
    st.fixed_dictionaries({"type": st.just("complete"), "id": IDS}),
    JSON_VALUES,
)
MESSAGES = ANY_MESSAGES.map(json.dumps)


def write_frame(first: int, data: bytes) -> bytes:
    """A frame that is masked as those of clients are, with any flags and any kind."""
    return bytes([first, 0x80 | len(data)]) + bytes(4) + data


FRAMES = st.one_of(
    st.builds(write_frame, st.integers(0, 255), st.binary(max_size=125)),
    st.builds(write_frame, st.sampled_from([0x81, 0x01, 0x00, 0x80, 0x82]), st.binary(max_size=9)),
    st.builds(write_frame, st.just(0x88), st.binary(max_size=20)),
    st.binary(max_size=40),
)


@contextmanager
def open_socket(target: Target) -> Generator[ClientConnection]:
    url = target.server.url.replace("http", "ws")
    with connect(
        f"{url}/graphql",
        subprotocols=[PROTOCOL],
        compression=None,
        close_timeout=CLOSE_SECONDS,
    ) as connection:
        yield connection


def receive(connection: ClientConnection) -> None:
    """Reads until the server has nothing more to say, and checks what it said."""
    with suppress(TimeoutError):
        while True:
            message = json.loads(connection.recv(SILENCE_SECONDS))
            payload = message.get("payload")
            if message["type"] == "error":
                check_body({"errors": payload})
            elif message["type"] == "next":
                check_body(payload)


def send_messages(target: Target, messages: list[str | bytes]) -> None:
    """Sends messages to a socket that is signed in, in the order in which they are given."""
    try:
        with open_socket(target) as connection:
            payload = {"authorization": SERVICE}
            connection.send(json.dumps({"type": "connection_init", "payload": payload}))
            for message in messages:
                connection.send(message)
            receive(connection)
    except ConnectionClosed as closed:
        check_code(closed)


def send_frames(target: Target, frames: list[bytes]) -> None:
    """Sends bytes to an open socket that may be no frames."""
    with suppress(ConnectionClosed, InvalidStatus), open_socket(target) as connection:
        with suppress(OSError):
            connection.socket.sendall(b"".join(frames))
        receive(connection)


def subscribe_messages(target: Target) -> st.SearchStrategy[str]:
    kinds = ("query", "mutation", "subscription")
    messages: st.SearchStrategy[Any] = st.fixed_dictionaries(
        {
            "type": st.just("subscribe"),
            "id": IDS,
            "payload": requests(GRAPHQL, target.known, kinds),
        }
    )
    return messages.map(json.dumps)


def get_properties(
    target: Target,
) -> dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], None]]]:
    """What is sent and how, by name."""
    user = token()
    valid = requests(GRAPHQL, target.known)
    broken = nearly_valid(requests(GRAPHQL, target.known, ("query", "mutation", "subscription")))
    messages = st.lists(MESSAGES | subscribe_messages(target), max_size=8)
    odd_messages = st.lists(MESSAGES | TEXTS | st.binary(max_size=30), max_size=4)
    return {
        "bytes": (RAW, lambda value: send_raw(target, value)),
        "requests": (HTTP_REQUESTS, lambda value: send_request(target, value)),
        "documents of a service": (valid, lambda value: send_document(target, value, SERVICE)),
        "documents of a user": (valid, lambda value: send_document(target, value, user)),
        "documents that are nearly valid": (
            broken,
            lambda value: send_document(target, value, SERVICE),
        ),
        "streams": (
            requests(GRAPHQL, target.known, ("subscription", "query")),
            lambda value: send_subscription(target, value),
        ),
        "messages of the protocol": (messages, lambda value: send_messages(target, value)),
        "other messages": (odd_messages, lambda value: send_messages(target, value)),
        "frames": (st.lists(FRAMES, max_size=6), lambda value: send_frames(target, value)),
    }
