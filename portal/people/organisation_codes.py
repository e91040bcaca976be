"""The numbers an organisation may register with, and their check digits, in words.

Sources: GB 32100-2015 (统一社会信用代码), GS 15-2006 (注册号: ISO 7064 MOD 11,10), GB 11714-1997 (组织机构代码).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from portal.people import credit_code

_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class CodeKind:
    """A kind of number. `check` says what is wrong with a normalised one, or None.

    `place` is where the six digits of the authority's division stand in it, if it names one.
    """

    key: str
    title: object
    check: Callable[[str], object]
    place: slice | None = None


def registration_check(first14: str) -> str:
    """The fifteenth digit of a 注册号."""
    product = 10
    for digit in first14:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def organisation_check(first8: str) -> str:
    """The ninth character of a 组织机构代码."""
    rest = 11 - sum(w * _LETTERS.index(c) for w, c in zip(_WEIGHTS, first8, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def _registration(code: str) -> object:
    if not re.fullmatch(r"[0-9]{15}", code):
        return _l("A registration number has 15 digits.")
    return _DIFFERS if code[14] != registration_check(code[:14]) else None


def _organisation(code: str) -> object:
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        return _l("An organisation code has 8 digits or letters and a check character.")
    return _DIFFERS if code[8] != organisation_check(code[:8]) else None


_DIFFERS = _l("The last character of the code does not fit the others. Compare the whole code.")
KINDS = (
    CodeKind("credit_code", _l("Unified social credit code"), credit_code.check, slice(2, 8)),
    CodeKind("registration", _l("Registration number"), _registration, slice(0, 6)),
    CodeKind("organisation", _l("Organisation code"), _organisation),
)
BY_KEY = {kind.key: kind for kind in KINDS}


def problem(kind: str, code: str) -> object:
    """What is wrong with a normalised number, as a sentence, or None."""
    if kind not in BY_KEY:
        return _l("Choose the kind of code.")
    return BY_KEY[kind].check(code) if code else _l("Enter the code.")


def authority(kind: str, code: str) -> str:
    """Division of the authority that gave a normalised number; "" where the number is wrong or names none.

    A hint only: an organisation may have moved, and divisions end.
    """
    found = BY_KEY.get(kind)
    return code[found.place] if found and found.place and found.check(code) is None else ""
