"""Sealed values: read again by every key of the ring and in the form of earlier versions, by nothing else."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from portal.settings import Settings
from portal.vault import Vault

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def vault(*keys: str) -> Vault:
    pepper = SecretStr("p" * 40)
    return Vault(Settings().model_copy(update={"vault_keys": [SecretStr(key) for key in keys], "index_pepper": pepper}))


@given(st.text(max_size=200))
def test_what_was_sealed_is_opened(text: str) -> None:
    assert vault(NEW).open(vault(NEW).seal(text)) == text


def test_the_same_value_is_never_sealed_the_same_way() -> None:
    mine = vault(NEW)
    tokens = {mine.seal("130208198703120011") for _ in range(50)}
    assert len(tokens) == 50
    assert not any("130208" in token for token in tokens)


def test_older_keys_and_tokens_of_earlier_versions_are_read() -> None:
    ring = vault(NEW, OLD)
    assert ring.open(vault(OLD).seal("周晓岚")) == "周晓岚"
    assert ring.open(Fernet(OLD.encode()).encrypt("周晓岚".encode()).decode()) == "周晓岚"
    with pytest.raises(InvalidToken):
        vault(OLD).open(ring.seal("周晓岚"))


@pytest.mark.parametrize("at", [2, 20, -3])
def test_a_changed_token_opens_nothing(at: int) -> None:
    token = vault(NEW).seal("周晓岚 130208198703120011")
    other = "A" if token[at] != "A" else "B"
    with pytest.raises(InvalidToken):
        vault(NEW).open(token[:at] + other + token[at + 1 :])
