"""Personal values at rest: encrypted columns and a blind index to find them by.

Keys are a ring (newest first), so they can be rotated; the index pepper is apart from the ring.
"""

import hmac
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from flask import current_app
from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from portal.settings import Settings


class Vault:
    """Seals and opens short personal strings, and indexes them without revealing them."""

    def __init__(self, settings: Settings) -> None:
        self._ring = MultiFernet([Fernet(key.get_secret_value()) for key in settings.vault_keys])
        self._pepper = settings.index_pepper.get_secret_value().encode()

    def seal(self, text: str) -> str:
        return self._ring.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """:raises cryptography.fernet.InvalidToken: no key of the ring fits."""
        return self._ring.decrypt(sealed.encode()).decode()

    def blind(self, kind: str, text: str) -> str:
        """Keyed digest of a normalised value, 64 hex digits; equal values of one kind have equal digests."""
        return hmac.digest(self._pepper, f"{kind}\0{text}".encode(), "sha256").hex()


def current_vault() -> Vault:
    """The vault of the running application."""
    vault = current_app.extensions["portal_vault"]
    assert isinstance(vault, Vault)
    return vault


class Sealed(TypeDecorator[str]):
    """A text column that is encrypted in the database and plain in Python."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else current_vault().seal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else current_vault().open(value)
