"""The keys that sign session tokens: made once, kept encrypted, changed without anybody"
" noticing."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from sqlalchemy import delete
from structlog.testing import capture_logs

from models.database.store import Store
from models.errors.request import Unavailable
from models.keys.signing_keys import (
    ANNOUNCED_BEFORE,
    SigningKey,
    compute_thumbprint,
    decrypt_key,
    encrypt_key,
    generate_key,
    make_cipher,
)
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from resolvers.keys.signing_keys import replace_key
from server.cli.runtime import root_secret
from server.http.jwks import FRESH_SECONDS
from server.identity import signing
from server.identity.authenticator import LEEWAY
from server.identity.signing import StoredKeys, TokenSigner, make_signer
from server.settings.settings import SettingsError, read_settings
from tests.conftest import counted, server_for, settings
from tests.support.api import JSON, Api, Clock, contents
from tests.support.data.sessions import open_session
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import PRODUCTION, done, free_port, invoke, refused, started

SECRET, OTHER = (
    "Vw3nZ0q7Jp5xT1sY9uLk4Rb8Ec2Hg6Mf-dAoXiWtQvN",
    "kP2mQ8rT4vX6zB1cD3fG5hJ7lN9sW0yA-eUiOtRqZxE",
)
CLAIMS = {"sub": "user_1"}


@pytest.fixture
def signer(store: Store, clock: Clock) -> TokenSigner:
    return a_signer(store, clock)


def a_signer(store: Store, clock: Clock, *secrets: str) -> TokenSigner:
    server = server_for(store, clock, secret=secrets or (SECRET,))
    return make_signer(settings(), server)


async def rotated(store: Store, clock: Clock, *secrets: str) -> str:
    """The name of a new key, as the command makes it."""
    key = generate_key()
    kid = compute_thumbprint(key.public_key())
    async with begin(server_for(store, clock), SYSTEM) as tx:
        await replace_key(
            tx, kid=kid, private_key=encrypt_key(make_cipher(secrets or (SECRET,)), key)
        )
    return kid


async def kept(store: Store) -> list[Any]:
    return (await contents(store))["signing_key"]


def kid_of(token: str) -> str:
    return jwt.get_unverified_header(token)["kid"]


async def verified(signer: TokenSigner, token: str) -> JSON | None:
    key = await signer.verification_key(kid_of(token))
    return jwt.decode(token, key, ["RS256"]) if key else None


@pytest.fixture
def looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the seconds had passed after which a process looks for new keys."""
    monkeypatch.setattr(signing, "MAXIMUM_AGE_SECONDS", 0.0)


# ------------------------------------------------------------------------------------------- tokens


async def test_a_token_is_signed_and_names_its_key(signer: TokenSigner) -> None:
    token = await signer.sign(CLAIMS)

    (kid,) = await signer.published()
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "JWT", "kid": kid}
    assert await verified(signer, token) == CLAIMS


@pytest.mark.parametrize("kid", ["", "x", "../../etc/passwd", "k" * 4_096, "é", "' OR 1=1"])
async def test_a_key_of_another_name_is_none(signer: TokenSigner, kid: str) -> None:
    await signer.sign(CLAIMS)

    assert await signer.verification_key(kid) is None


async def test_signing_asks_the_database_once_in_a_while(signer: TokenSigner, store: Store) -> None:
    first = await signer.sign(CLAIMS)

    with counted(store) as statements:
        tokens = [await signer.sign(CLAIMS) for _ in range(3)]
        assert await signer.verification_key(kid_of(first))

    assert ({kid_of(token) for token in tokens}, statements) == ({kid_of(first)}, [])


def test_a_key_is_named_by_its_thumbprint() -> None:
    """The example of RFC 7638, 3.1."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj"
        "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ"
        "vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK"
        "nqDKgw"
    )
    key: Any = jwt.PyJWK({"kty": "RSA", "n": modulus, "e": "AQAB"}, "RS256").key

    assert compute_thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


# ---------------------------------------------------------------------------------- in the database


async def test_the_private_key_is_kept_encrypted(signer: TokenSigner, store: Store) -> None:
    token = await signer.sign(CLAIMS)

    ((kid, private_key, is_current, _, retired_at),) = await kept(store)
    assert (kid, is_current, retired_at) == (kid_of(token), True, None)
    assert compute_thumbprint(decrypt_key(make_cipher((SECRET,)), private_key).public_key()) == kid
    assert decrypt_key(make_cipher((OTHER, SECRET)), private_key)
    assert private_key.startswith("gAAAA"), "no text that Fernet made"


@asynccontextmanager
async def processes(
    store: Store, clock: Clock, number: int
) -> AsyncGenerator[Sequence[TokenSigner]]:
    """Signers that share the database and nothing else."""
    stores = [Store(store.url.render_as_string(hide_password=False)) for _ in range(number)]
    yield [a_signer(one, clock) for one in stores]
    for one in stores:
        await one.close()


@pytest.mark.both_databases
async def test_processes_that_start_at_once_make_one_key(store: Store, clock: Clock) -> None:
    async with processes(store, clock, 4) as signers:
        tokens = await asyncio.gather(
            *(signer.sign(CLAIMS) for signer in signers for _ in range(2))
        )

    assert len(await kept(store)) == 1
    assert len({kid_of(token) for token in tokens}) == 1


@pytest.mark.both_databases
async def test_two_rotations_at_once_leave_one_key_that_signs(
    store: Store, clock: Clock, signer: TokenSigner
) -> None:
    await signer.sign(CLAIMS)

    await asyncio.gather(*(rotated(store, clock) for _ in range(3)))

    assert [row[2] for row in await kept(store)].count(True) == 1
    assert len(await kept(store)) == 4


async def test_another_root_secret_stops_it_with_a_sentence(
    store: Store, clock: Clock, signer: TokenSigner
) -> None:
    token = await signer.sign(CLAIMS)

    with pytest.raises(
        SettingsError, match="TENANTRY_SECRET can't decrypt the signing keys in the database"
    ):
        await a_signer(store, clock, OTHER).sign(CLAIMS)

    assert len(await kept(store)) == 1
    assert kid_of(await a_signer(store, clock, OTHER, SECRET).sign(CLAIMS)) == kid_of(token)


async def test_a_root_secret_is_replaced_by_way_of_a_rotation(
    store: Store, clock: Clock, signer: TokenSigner
) -> None:
    await signer.sign(CLAIMS)
    kid = await rotated(store, clock, OTHER, SECRET)

    clock.forward(minutes=12)

    assert kid_of(await a_signer(store, clock, OTHER).sign(CLAIMS)) == kid


@pytest.mark.both_databases
async def test_while_the_database_is_away_the_known_keys_go_on(
    store: Store, clock: Clock, looks_at_once: None
) -> None:
    away = Store("postgresql+asyncpg://tenantry@127.0.0.1:1/nowhere")
    ring = StoredKeys(server_for(store, clock), make_cipher((SECRET,)))
    signer = TokenSigner(ring)
    token = await signer.sign(CLAIMS)

    ring.server = replace(ring.server, store=away)

    assert kid_of(await signer.sign(CLAIMS)) == kid_of(token)
    assert await verified(signer, token)
    with pytest.raises(Unavailable):
        await a_signer(away, clock).sign(CLAIMS)


async def test_a_look_that_fails_counts_for_everybody_who_waited_for_it(
    store: Store, clock: Clock
) -> None:
    """Each of them would wait for the database once more, one after the other."""
    ring = StoredKeys(server_for(store, clock), make_cipher((SECRET,)))
    known = await ring.load_keys(since=monotonic())
    away = Store("postgresql+asyncpg://tenantry@127.0.0.1:1/nowhere")
    ring.server = replace(ring.server, store=away)

    with capture_logs() as lines:
        found = await asyncio.gather(*(ring.load_keys(since=monotonic()) for _ in range(5)))

    assert found == [known] * 5
    assert [line["event"] for line in lines] == ["signing keys unavailable"]
    await away.close()


# ----------------------------------------------------------------------------------------- rotation


async def test_a_new_key_is_announced_before_it_signs_and_old_tokens_verify_until_they_expire(
    store: Store, clock: Clock, signer: TokenSigner, looks_at_once: None
) -> None:
    old = await signer.sign(CLAIMS)
    clock.forward(hours=1)

    kid = await rotated(store, clock)

    assert [*await signer.published()] == [kid_of(old), kid]
    clock.forward(minutes=1, seconds=59)
    last = await signer.sign(CLAIMS)
    assert kid_of(last) == kid_of(old)
    clock.forward(seconds=1)
    new = await signer.sign(CLAIMS)
    assert (kid_of(new), [*await signer.published()]) == (kid, [kid, kid_of(old)])
    assert (await verified(signer, last), await verified(signer, new)) == (CLAIMS, CLAIMS)
    clock.forward(minutes=9, seconds=59)
    assert await verified(signer, last)
    clock.forward(seconds=1)
    assert (await verified(signer, last), [*await signer.published()]) == (None, [kid])


async def test_a_first_key_signs_at_once(store: Store, clock: Clock, signer: TokenSigner) -> None:
    kid = await rotated(store, clock)

    assert kid_of(await signer.sign(CLAIMS)) == kid


async def test_each_of_several_rotations_is_announced_before_it_signs(
    store: Store, clock: Clock, signer: TokenSigner, looks_at_once: None
) -> None:
    kids = [kid_of(await signer.sign(CLAIMS))]
    announced_at = [clock() - timedelta(minutes=2)]
    for _ in range(3):
        clock.forward(seconds=30)
        kids.append(await rotated(store, clock))
        announced_at.append(clock())

    for _ in range(20):
        signing = kids.index(kid_of(await signer.sign(CLAIMS)))
        is_announced = [clock() - moment >= timedelta(minutes=2) for moment in announced_at]
        assert signing == max(number for number in range(4) if is_announced[number])
        clock.forward(seconds=15)


async def test_of_rotations_at_once_the_last_one_takes_over(
    store: Store, clock: Clock, signer: TokenSigner, looks_at_once: None
) -> None:
    first = kid_of(await signer.sign(CLAIMS))
    clock.forward(hours=1)
    kids = await asyncio.gather(*(rotated(store, clock) for _ in range(4)))

    clock.forward(minutes=1, seconds=59)
    assert kid_of(await signer.sign(CLAIMS)) == first
    clock.forward(seconds=1)

    (current,) = (row[0] for row in await kept(store) if row[2])
    assert current in kids
    assert kid_of(await signer.sign(CLAIMS)) == current


async def test_a_verifier_with_a_cached_key_set_never_meets_an_unknown_key(
    api: Api, clock: Clock, looks_at_once: None
) -> None:
    """Other servers mint, and the verifier keeps the key set for as long as the answer says."""
    ada = await api.person("ada@example.com")
    other = Store(api.store.url.render_as_string(hide_password=False))
    minting = make_signer(settings(), replace(api.server, store=other))
    expires_at, known = clock(), set[str]()
    met = set[str]()

    for second in range(0, 600, 5):
        if second == 60:
            await rotated(api.store, clock, *api.server.secrets)
        if clock() >= expires_at:
            response = await api.client.get("/.well-known/jwks.json")
            known = {key["kid"] for key in response.json()["keys"]}
            age = int(response.headers["cache-control"].rpartition("=")[2])
            expires_at = clock() + timedelta(seconds=age)
        for token in (
            await minting.sign(CLAIMS),
            (await open_session(api, by=ada)).payload["token"]["jwt"],
        ):
            met.add(kid_of(token))
            assert kid_of(token) in known
        clock.forward(seconds=5)

    await other.close()
    assert len(met) == 2


def test_a_key_is_announced_for_longer_than_caches_keep_the_key_set() -> None:
    assert timedelta(seconds=FRESH_SECONDS + LEEWAY) <= ANNOUNCED_BEFORE


async def test_a_token_of_a_key_that_another_process_has_just_made_is_taken(
    store: Store, clock: Clock
) -> None:
    async with processes(store, clock, 2) as (signer, other):
        assert await signer.published()
        async with store.write() as session:
            await session.execute(delete(SigningKey))
        kid = await rotated(store, clock)

        token = await other.sign(CLAIMS)

        assert kid_of(token) == kid
        assert await verified(signer, token) == CLAIMS


async def test_who_is_shown_keys_is_shown_those_of_now(
    store: Store, clock: Clock, signer: TokenSigner
) -> None:
    await signer.sign(CLAIMS)

    kid = await rotated(store, clock)

    assert [*await signer.published()][1] == kid


async def test_the_next_rotation_forgets_a_key_that_is_published_no_more(
    store: Store, clock: Clock
) -> None:
    first = await rotated(store, clock)
    second = await rotated(store, clock)
    clock.forward(minutes=12)

    third = await rotated(store, clock)

    assert {row[0] for row in await kept(store)} == {second, third}
    assert first not in {second, third}


# --------------------------------------------------------------------------------------- from files


def pem(key: Any, encryption: KeySerializationEncryption | None = None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


def written(folder: Path, name: str, key: Any) -> str:
    (folder / name).write_bytes(key if isinstance(key, bytes) else pem(key))
    return str(folder / name)


@ONLY_SQLITE
async def test_given_keys_are_all_published_and_the_first_signs(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    keys = [generate_key(), generate_key()]
    paths = [written(tmp_path, f"{number}.pem", key) for number, key in enumerate(keys)]

    signer = make_signer(settings(signing_keys=", ".join(paths)), server_for(store, clock))

    token = await signer.sign(CLAIMS)
    names = [compute_thumbprint(key.public_key()) for key in keys]
    assert ([*await signer.published()], kid_of(token)) == (names, names[0])
    assert await signer.verification_key(names[1])
    assert await signer.verification_key("other") is None
    assert await kept(store) == []


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (
            lambda: rsa.generate_private_key(65_537, 1_024),
            "is not an RSA key of at least 2048 bits",
        ),
        (lambda: rsa.generate_private_key(3, 2_048), "is not an RSA key of at least 2048 bits"),
        (
            lambda: ec.generate_private_key(ec.SECP256R1()),
            "is not an RSA key of at least 2048 bits",
        ),
        (
            lambda: pem(generate_key(), BestAvailableEncryption(b"hunter2")),
            "is not the PEM of a private key without a password",
        ),
        (lambda: b"hunter2", "is not the PEM of a private key without a password"),
    ],
)
def test_a_file_that_is_no_good_key_stops_the_start(
    make: Callable[[], Any], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, "key.pem", make())

    with pytest.raises(SettingsError) as error:
        read_settings(signing_keys=path)

    (sentence,) = error.value.messages
    assert sentence.startswith(f"TENANTRY_SIGNING_KEYS names {path}, which {reason}")
    assert "hunter2" not in sentence
    with pytest.raises(SettingsError, match=r"nowhere\.pem, which can't be read: No such file"):
        read_settings(signing_keys="nowhere.pem")


# ----------------------------------------------------------------------------------------- commands


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def stored_keys() -> list[Any]:
    async def look() -> list[Any]:
        store = Store("sqlite+aiosqlite:///./var/tenantry.db")
        rows = await kept(store)
        await store.close()
        return rows

    return asyncio.run(look())


def test_rotating_says_what_happened(folder: Path) -> None:
    done(invoke("migrate"))

    said = done(invoke("keys", "rotate-signing", TENANTRY_SECRET=SECRET))

    ((first, *_),) = stored_keys()
    assert said == f"{first} signs session tokens now.\n"

    said = done(invoke("keys", "rotate-signing", TENANTRY_SECRET=SECRET))

    ((kid, created_at),) = ((row[0], row[3]) for row in stored_keys() if row[2])
    takes_over = datetime.fromisoformat(str(created_at)) + timedelta(minutes=2)
    assert said.replace("\n", " ") == (
        f"{kid} is published now, and signs session tokens starting at {takes_over:%H:%M:%S} UTC. The"
        " previous key stays published for another 10 minutes. "
    )


def test_rotating_needs_a_migrated_database_and_the_root_secret(folder: Path) -> None:
    refused(
        invoke("keys", "rotate-signing", TENANTRY_SECRET=SECRET), "the database is not migrated"
    )
    done(invoke("migrate"))

    refused(
        invoke("keys", "rotate-signing"),
        "TENANTRY_SECRET is missing. Set it to the value that the servers use.",
    )

    assert stored_keys() == []


def test_given_keys_are_rotated_by_hand(folder: Path) -> None:
    done(invoke("migrate"))
    given: Mapping[str, str] = {
        "TENANTRY_SECRET": SECRET,
        "TENANTRY_SIGNING_KEYS": written(folder, "1.pem", generate_key()),
    }

    refused(
        invoke("keys", "rotate-signing", **given),
        "TENANTRY_SIGNING_KEYS sets the keys.",
    )

    assert stored_keys() == []


def test_serve_refuses_a_root_secret_that_does_not_fit(folder: Path) -> None:
    done(invoke("migrate"))
    done(invoke("keys", "rotate-signing", TENANTRY_SECRET=SECRET))

    refused(
        invoke("serve", "--port", str(free_port()), **{**PRODUCTION, "TENANTRY_SECRET": OTHER}),
        root_secret.UNREADABLE.format("1 signing key"),
    )


def test_doctor_looks_at_the_signing_keys(folder: Path) -> None:
    def seen(what: str = "Signing keys", **environment: str) -> str:
        lines = invoke("doctor", **{**PRODUCTION, **environment}).stdout.splitlines()
        return next(line for line in lines if what in line)

    done(invoke("migrate"))
    given = written(folder, "1.pem", generate_key())

    assert seen() == "   ok  Signing keys: none yet; the server creates one when it starts"
    done(invoke("keys", "rotate-signing", TENANTRY_SECRET=PRODUCTION["TENANTRY_SECRET"]))
    ((kid, *_),) = stored_keys()
    assert seen() == f"   ok  Signing keys: {kid} signs, 1 published"
    unreadable = root_secret.UNREADABLE.format("1 signing key")
    assert seen("Root secret", TENANTRY_SECRET=OTHER) == f"wrong  Root secret: {unreadable}"
    assert (
        seen(TENANTRY_SIGNING_KEYS=given) == "   ok  Signing keys: 1 key from TENANTRY_SIGNING_KEYS"
    )
    assert (
        seen(TENANTRY_SIGNING_KEYS=f"{given},{given}")
        == "   ok  Signing keys: 2 keys from TENANTRY_SIGNING_KEYS"
    )


@pytest.mark.slow
def test_a_development_server_has_its_key_and_another_after_a_rotation(folder: Path) -> None:
    """The command finds the server's own root secret in its folder."""
    with started("dev", "--no-demo", folder=folder) as server:
        ((first, *_),) = stored_keys()
        done(invoke("keys", "rotate-signing"))
        shown = httpx.get(f"{server.url}/.well-known/jwks.json", timeout=60).json()["keys"]

    assert [key["kid"] for key in shown] == [first, next(row[0] for row in stored_keys() if row[2])]
