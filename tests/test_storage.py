"""Files at rest: personal ones are sealed, all are their owner's, and a copy of the folder shows nobody."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from flask import Flask
from pydantic import SecretStr

from portal.settings import Settings
from portal.storage import LocalStorage, current_storage
from portal.vault import Vault

DATA = "何志远 130284198207269028".encode()


def test_a_personal_file_is_read_by_the_portal_only(app: Flask, settings: Settings) -> None:
    storage = current_storage()
    digest = storage.put("evidence/one.jpg", DATA, personal=True)
    assert digest == storage.put("open/one.jpg", DATA)
    assert storage.get("evidence/one.jpg") == storage.get("open/one.jpg") == DATA
    kept = storage.path("evidence/one.jpg")
    assert b"130284" not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == storage.path("open/one.jpg").stat().st_mode & 0o077 == 0


def test_keys_are_changed_and_a_foreign_key_opens_nothing(app: Flask, settings: Settings) -> None:
    current_storage().put("evidence/two.jpg", DATA, personal=True)
    fresh = SecretStr(Fernet.generate_key().decode())
    turned = settings.model_copy(update={"vault_keys": [fresh, *settings.vault_keys]})
    folder = settings.data / "files"
    assert LocalStorage(folder, Vault(turned)).get("evidence/two.jpg") == DATA
    with pytest.raises(InvalidToken):
        LocalStorage(folder, Vault(settings.model_copy(update={"vault_keys": [fresh]}))).get("evidence/two.jpg")
