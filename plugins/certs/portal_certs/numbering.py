"""Numbers of documents, like TS26-0208-004127-6: prefix and year, place, serial, check digit. Pure.

The place is the last four digits of the division code; proofs and transcripts, which belong to none, have a letter.
"""

import re
import unicodedata

CERTIFICATE, PROOF, TRANSCRIPT = "certificate", "proof", "transcript"
PLACES = {PROOF: "P", TRANSCRIPT: "T"}  # of kinds that belong to no division
PREFIX = re.compile(r"[A-Z]{1,4}")
_FORM = re.compile(r"([A-Z]{1,4})(\d{2})(\d{4}|[PT])(\d{6})(\d)")
# Two-letter codes of provinces, GB/T 2260: with the four digits of the place they say the whole division.
PROVINCES = {
    "11": "BJ", "12": "TJ", "13": "HE", "14": "SX", "15": "NM", "21": "LN", "22": "JL", "23": "HL",
    "31": "SH", "32": "JS", "33": "ZJ", "34": "AH", "35": "FJ", "36": "JX", "37": "SD", "41": "HA",
    "42": "HB", "43": "HN", "44": "GD", "45": "GX", "46": "HI", "50": "CQ", "51": "SC", "52": "GZ",
    "53": "YN", "54": "XZ", "61": "SN", "62": "GS", "63": "QH", "64": "NX", "65": "XJ", "71": "TW",
    "81": "HK", "82": "MO",
}  # fmt: skip
# A quasigroup of order ten in which x*x = 0 and (c*x)*y = (c*y)*x only for x = y (H. M. Damm, 2004).
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


def check_digit(digits: str) -> str:
    """Damm's check digit: folding the digits from the left over the table, beginning with 0.

    It finds every wrong digit and every swap of two neighbours, the check digit included. It is taken over the
    digits of a number in their order (year, place, serial); letters and dashes do not count.
    """
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def compose(prefix: str, year: int, place: str, serial: int) -> str:
    """The number of a document. `year` has four digits; `serial` counts from 1 within year and place.

    :raises OverflowError: a place has used its 999,999 numbers of the year.
    """
    if serial > 999_999:
        raise OverflowError(f"{place}: no number left in {year}")
    body = f"{year % 100:02d}{place}{serial:06d}"
    check = check_digit("".join(filter(str.isdigit, body)))
    return f"{prefix}{year % 100:02d}-{place}-{serial:06d}-{check}"


def read(typed: str) -> str | None:
    """A typed number as it is written, whatever dashes, spaces, capitals or wide characters; None: not of this form."""
    plain = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", typed)).upper()
    found = _FORM.fullmatch(plain)
    return f"{found[1]}{found[2]}-{found[3]}-{found[4]}-{found[5]}" if found else None


def is_sound(number: str) -> bool:
    """Whether the check digit of a number that `read` gave fits the rest."""
    return check_digit("".join(filter(str.isdigit, number))) == "0"


def prefix_of(division_code: str) -> str:
    """What numbers begin with where the site has set nothing: the letters of its province."""
    return PROVINCES.get(division_code[:2], "CE")
