"""The file of secrets: JSON lines, encrypted with a passphrase by scrypt and AES-256-GCM.

The file begins with a line of JSON that says how it is encrypted. After it come the ciphertext and
the 16 bytes of the tag, which covers the first line too.
"""

import io
import os
from collections.abc import Callable
from typing import IO, cast

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

# Deriving a key takes 128 MB of memory, and about half a second.
SCRYPT = {"n": 2**17, "r": 8, "p": 1}
METHOD: dict[str, object] = {"kdf": "scrypt", **SCRYPT, "cipher": "AES-256-GCM"}
SALT_BYTES, NONCE_BYTES, TAG_BYTES = 16, 12, 16
HEAD_BYTES = 1_024
PART_BYTES = 64 * 1024


class WrongSecrets(Exception):
    """The file of secrets can't be decrypted; the message says why."""


def _derive_key(passphrase: str, salt: bytes) -> AES:
    return AES(Scrypt(salt=salt, length=32, **SCRYPT).derive(passphrase.encode()))


class SecretsWriter:
    """Encrypts what is written."""

    def __init__(self, write: Callable[[bytes], None], passphrase: str) -> None:
        salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
        head = orjson.dumps({**METHOD, "salt": salt.hex(), "nonce": nonce.hex()}) + b"\n"
        self._write = write
        self._encryptor = Cipher(_derive_key(passphrase, salt), GCM(nonce)).encryptor()
        self._encryptor.authenticate_additional_data(head)
        write(head)

    def write(self, data: bytes) -> None:
        self._write(self._encryptor.update(data))

    def finish(self) -> None:
        self._write(self._encryptor.finalize() + self._encryptor.tag)


def open_secrets(file: IO[bytes], passphrase: str) -> IO[bytes]:
    """Checks that the whole file is authentic, and returns a file to read its lines from.

    Raises WrongSecrets.
    """
    head = file.readline(HEAD_BYTES)
    salt, nonce = _parse_head(head)
    key = _derive_key(passphrase, salt)
    with _Decrypted(file, head, key, nonce) as whole:
        while whole.read(PART_BYTES):
            pass
    return io.BufferedReader(_Decrypted(file, head, key, nonce), PART_BYTES)


def _parse_head(head: bytes) -> tuple[bytes, bytes]:
    unknown = WrongSecrets("it isn't encrypted in the way of this version")
    try:
        values = cast(dict[str, object], orjson.loads(head))
        salt, nonce = (bytes.fromhex(str(values.pop(name))) for name in ("salt", "nonce"))
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise unknown from error
    if values != METHOD or (len(salt), len(nonce)) != (SALT_BYTES, NONCE_BYTES):
        raise unknown
    return salt, nonce


class _Decrypted(io.RawIOBase):
    """The text of the file; its end raises WrongSecrets unless all of it is authentic."""

    def __init__(self, file: IO[bytes], head: bytes, key: AES, nonce: bytes) -> None:
        self._file = file
        size = file.seek(0, os.SEEK_END)
        self._left = size - len(head) - TAG_BYTES
        if self._left < 0:
            raise WrongSecrets("it is truncated")
        file.seek(size - TAG_BYTES)
        self._decryptor = Cipher(key, GCM(nonce, file.read())).decryptor()
        self._decryptor.authenticate_additional_data(head)
        file.seek(len(head))
        self._is_checked = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        part = self._file.read(min(len(buffer), self._left))
        self._left -= len(part)
        buffer[: len(part)] = self._decryptor.update(part)
        if not part and not self._is_checked:
            self._is_checked = True
            try:
                self._decryptor.finalize()
            except InvalidTag as error:
                raise WrongSecrets("the passphrase is wrong, or the file was changed") from error
        return len(part)
