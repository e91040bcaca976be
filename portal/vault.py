"""Personal values at rest: encrypted columns and a blind index to find them by.

Keys are a ring (newest first), so they can be rotated; the index pepper is apart from the ring. Values are sealed by
AES-256-GCM under a key derived from the first of the ring; tokens of Fernet, written by earlier versions, are read.
"""

import hmac
import os
from base64 import urlsafe_b64decode
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from portal.settings import Settings

_MARK, _NONCE = "2.", 12  # how a token of AES-GCM begins: Fernet's begin with g


class Vault:
    """Seals and opens short personal strings, and indexes them without revealing them."""

    def __init__(self, settings: Settings) -> None:
        keys = [key.get_secret_value() for key in settings.vault_keys]
        self._ring = MultiFernet([Fernet(key) for key in keys])
        derived = (hmac.digest(urlsafe_b64decode(key), b"portal: AES-256-GCM", "sha256") for key in keys)
        self._ciphers = [AESGCM(key) for key in derived]
        self._pepper = settings.index_pepper.get_secret_value().encode()

    def seal(self, text: str) -> str:
        return _MARK + b2a_base64(self.seal_bytes(text.encode()), newline=False).decode()

    def seal_bytes(self, data: bytes) -> bytes:
        """A file, sealed: the nonce and what it opens."""
        nonce = os.urandom(_NONCE)
        return nonce + self._ciphers[0].encrypt(nonce, data, None)

    def open(self, sealed: str) -> str:
        """:raises cryptography.fernet.InvalidToken: no key of the ring fits."""
        if not sealed.startswith(_MARK):
            return self._ring.decrypt(sealed.encode()).decode()
        return self.open_bytes(a2b_base64(sealed[len(_MARK) :])).decode()

    def open_bytes(self, sealed: bytes) -> bytes:
        """:raises cryptography.fernet.InvalidToken: no key of the ring fits."""
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
            except InvalidTag:
                continue
        raise InvalidToken

    def blind(self, kind: str, text: str) -> str:
        """Keyed digest of a normalised value, 64 hex digits; equal values of one kind have equal digests."""
        return hmac.digest(self._pepper, f"{kind}\0{text}".encode(), "sha256").hex()


def current_vault() -> Vault:
    """The vault of the running application."""
    vault = current_app.extensions["portal_vault"]
    assert isinstance(vault, Vault)
    return vault


class Sealed(TypeDecorator[str]):
    """A text column that is encrypted in the database and plain in Python.

    An application has one vault and one engine, which keeps the processor of what is written.
    """

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:
        seal = current_vault().seal
        return lambda value: None if value is None else seal(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], str | None]:
        return lambda value: None if value is None else current_vault().open(value)
