"""Public numbers that tell nothing and survive dictation: D26-7K4M-91QX.

A letter for the kind, the year, seven random characters and a check character, in Crockford's base 32
(no I, L, O, U). The check is a codeword over GF(32): any one wrong character and any two swapped ones are noticed.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal import db
from portal.clock import local
from portal.db import Row

ORDER, PAYMENT, REFUND = "D", "P", "R"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM = 7
_READ = str.maketrans("OIL", "011", " -")

Choose = Callable[[str], str]


def draw(kind: str, moment: datetime, choose: Choose = secrets.choice) -> str:
    """A random number of a kind, 1 of 34 thousand million a year; the caller's UNIQUE column has the last word."""
    body = f"{kind}{local(moment):%y}" + "".join(choose(ALPHABET) for _ in range(_RANDOM))
    return _grouped(body + _check(body))


def insert(session: Session, model: type[Row], kind: str, values: Mapping[str, Any], moment: datetime) -> Row:
    """A new row under a number nobody has: drawn again until the table takes it."""
    while True:
        row = db.insert_unless(session, model, "number", {"number": draw(kind, moment), **values})
        if row is not None:
            return row


def read(text: str) -> str | None:
    """The number as we write it, from what somebody typed or said; None when it cannot be one of ours."""
    plain = text.upper().translate(_READ)
    if len(plain) != 4 + _RANDOM or any(character not in ALPHABET for character in plain):
        return None
    return _grouped(plain) if _check(plain[:-1]) == plain[-1] else None


def _grouped(plain: str) -> str:
    return f"{plain[:3]}-{plain[3:7]}-{plain[7:]}"


def _check(body: str) -> str:
    """Horner's rule over GF(32): each place has its own power of x, so no two places are alike."""
    total = 0
    for character in body:
        total = _times_x(total ^ ALPHABET.index(character))
    return ALPHABET[total]


def _times_x(value: int) -> int:
    """x * value in GF(32) with x^5 = x^2 + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value
