"""QR codes, module by module against a library that knows the whole standard."""

from typing import Any

import pytest
import segno
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from segno import encoder

from portal_certs import qr

MOST = 213  # bytes in version 10


@pytest.fixture(autouse=True, scope="module")
def _filled_up_as_the_standard_says() -> Any:
    """segno adds eight bits that fill nothing up where a text ends at a whole byte; what follows then differs."""
    patch = pytest.MonkeyPatch()
    patch.setattr(encoder, "write_padding_bits", lambda bits, _version, length: bits.extend([0] * (-length % 8)))
    yield
    patch.undo()


def _theirs(text: str) -> list[bytes]:
    code = segno.make(text, error="m", micro=False, mask=3, boost_error=False, mode="byte", encoding="utf-8")
    return [bytes(row) for row in code.matrix]


@pytest.mark.parametrize("length", [0, 1, 14, 15, 26, 42, 62, 84, 106, 122, 152, 180, MOST])
def test_every_version_is_as_the_standard_says(length: int) -> None:
    text = ("https://portal.example/verify/HE26-0208-000000-0/" * 5)[:length]
    assert qr.rows(text) == _theirs(text) if text else len(qr.rows(text)) == 21


@given(st.text("abz0189:/.-ABZ%", min_size=1, max_size=MOST))
@tries(max_examples=60)
def test_every_text_is_as_the_standard_says(text: str) -> None:
    assert qr.rows(text) == _theirs(text)


def test_what_has_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        qr.rows("x" * (MOST + 1))
