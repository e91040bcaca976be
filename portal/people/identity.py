"""Kinds of personal ID: how each number is written, and what is wrong with one, in words.

Sources: GB 11643-1999 (resident identity number), the residence permits of 2018 for Hong Kong, Macao and Taiwan
residents (same structure, prefixes 81, 82, 83), the notice on the 2023 foreigner's permanent residence card (18 digits
beginning with 9, the same check), announcement 6 of 2024 of the Exit and Entry Administration (travel permits of Hong
Kong and Macao residents who are no Chinese citizens: nine characters beginning with HA or MA). Passports and travel
permits have no public check digit; only their form is checked.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from operator import mul

from flask_babel import lazy_gettext as _l

from portal.people import contact, credit_code

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_GAPS = re.compile(r"[\s\-‐-―_.·'’‘`＇]+")
_PERMITS = {"810000": "hkmo_residence", "820000": "hkmo_residence", "830000": "tw_residence"}
OLDEST = date(1900, 1, 1)


@dataclass(frozen=True)
class IdKind:
    """A kind of ID. `login` is the kind of login name its number becomes."""

    key: str
    title: object
    hint: object
    examine: Callable[[str, date], object]
    login: str = "permit"


def normalise(number: str) -> str:
    """The number as it is kept: capitals, half-width, without spaces, dashes or a spreadsheet's apostrophe."""
    if number.isascii() and number.isalnum():
        return number.upper()
    plain = _GAPS.sub("", unicodedata.normalize("NFKC", number)).upper()
    return unicodedata.normalize("NFKC", plain)


def check_digit(first17: str) -> str:
    """The eighteenth character for seventeen digits (ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(map(mul, _WEIGHTS, map(int, first17))) % 11]


def check(kind: str, number: str, today: date) -> object:
    """What is wrong with a normalised number, as a sentence, or None.

    :raises KeyError: no such kind of ID.
    """
    return BY_KEY[kind].examine(number, today)


def birth_date(number: str) -> date | None:
    """The date of birth inside an 18-digit number, or None where it is no date."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def division_code(kind: str, number: str) -> str | None:
    """Code of the division that first issued a resident ID, current or historical. Good for a hint, never a refusal."""
    return number[:6] if kind == "resident_id" else None


def _shape18(number: str, today: date) -> object:
    """What is wrong with the form, the date and the check of an 18-digit number."""
    if problem := _form18(number):
        return problem
    if number[17] != check_digit(number[:17]):
        return _l("The last character of the ID number does not fit the others. Compare the whole number.")
    return _date18(number, today)


def _form18(number: str) -> object:
    if re.fullmatch(r"\d{15}", number):
        return _l("This is a 15-digit number of the first generation. Enter the 18-digit number.")
    if len(number) != 18:
        return _l("An ID number has 18 characters; this one has %(count)s.", count=len(number))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return _l("An ID number has 17 digits, then a digit or X.")
    return None


def _date18(number: str, today: date) -> object:
    born = birth_date(number)
    if born is None or not OLDEST <= born <= today:
        return _l("Digits 7 to 14 of the ID number are not a date of birth. Compare the whole number.")
    return None


def _resident(number: str, today: date) -> object:
    if problem := _shape18(number, today):
        return problem
    if number[:6] in _PERMITS or number[0] == "9":
        return _l("This is not the number of a resident ID card. Choose the right kind of ID.")
    return None


def _residence(kind: str) -> Callable[[str, date], object]:
    def examine(number: str, today: date) -> object:
        if problem := _shape18(number, today):
            return problem
        if _PERMITS.get(number[:6]) != kind:
            return _l("Numbers of this kind of ID begin with %(prefixes)s.", prefixes=_prefixes(kind))
        return None

    return examine


def _prefixes(kind: str) -> object:
    return "830000" if kind == "tw_residence" else _l("810000 or 820000")


def _foreigner(number: str, today: date) -> object:
    if re.fullmatch(r"[A-Z]{3}\d{12}", number):
        return None
    if not re.fullmatch(r"9\d{16}[0-9X]", number):
        return _l("The card number has 18 digits beginning with 9, or on older cards 3 letters and 12 digits.")
    return _shape18(number, today)


def _passport(number: str, _today: date) -> object:
    if not re.fullmatch(r"(?=.*\d)[A-Z0-9]{5,20}", number, re.ASCII):
        return _l("A passport number has 5 to 20 letters and digits.")
    if _is_another_name(number):
        return _l(
            "This is not a passport number but an ID number, a mobile number or the code of an organisation. "
            "Choose the right kind of ID."
        )
    return None


def _is_another_name(number: str) -> bool:
    """Whether a number has the form of one that other people log in with: nobody may take theirs as a passport."""
    resident = re.fullmatch(r"[0-9]{17}[0-9X]", number) and number[17] == check_digit(number[:17])
    old = re.fullmatch(r"[0-9]{15}", number)  # an ID of the first generation, or a registration number
    phone = contact.phone_problem(contact.normal_phone(number)) is None
    return bool(resident or old or phone or credit_code.check(number) is None)


def _form(pattern: str, sentence: object) -> Callable[[str, date], object]:
    def examine(number: str, _today: date) -> object:
        return None if re.fullmatch(pattern, number, re.ASCII) else sentence

    return examine


_HINT18 = _l("18 characters; a final X may be written large or small")
KINDS = (
    IdKind("resident_id", _l("Resident identity card"), _HINT18, _resident, login="resident_id"),
    IdKind("hkmo_residence", _l("Residence permit for Hong Kong and Macao residents"), _HINT18,
           _residence("hkmo_residence")),
    IdKind("tw_residence", _l("Residence permit for Taiwan residents"), _HINT18, _residence("tw_residence")),
    IdKind("foreigner_card", _l("Foreign permanent resident ID card"),
           _l("18 digits, or 3 letters and 12 digits on older cards"), _foreigner),
    IdKind("passport", _l("Passport"), _l("Letters and digits as on the data page"),
           _passport),
    IdKind("hkmo_permit", _l("Mainland travel permit for Hong Kong and Macao residents"),
           _l("H or M and 8 digits, or HA or MA and 7"),
           _form(r"[HM](\d{8}(\d{2})?|A\d{7})",
                 _l("The permit number is H or M and 8 digits, on older permits 10; or HA or MA and 7 digits."))),
    IdKind("tw_permit", _l("Mainland travel permit for Taiwan residents"), _l("8 digits"),
           _form(r"\d{8}|\d{10}[A-Z]?", _l("The permit number has 8 digits, on older permits 10."))),
)  # fmt: skip
BY_KEY = {kind.key: kind for kind in KINDS}
