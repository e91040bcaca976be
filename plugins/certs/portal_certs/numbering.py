"""What numbers of documents have in common, whatever pattern a site puts them together by (patterns.py). Pure."""

import re
import unicodedata

CERTIFICATE, PROOF, TRANSCRIPT = "certificate", "proof", "transcript"
KINDS = {CERTIFICATE: "C", PROOF: "P", TRANSCRIPT: "T"}
PLACES = {kind: KINDS[kind] for kind in (PROOF, TRANSCRIPT)}  # of kinds that belong to no division
PREFIX = re.compile(r"[A-Z]{1,4}")
LONGEST = 24  # characters of a number as it is written
_BARE = re.compile(r"[A-Z0-9]{7,24}")  # at least a year, four digits of a serial and the check digit
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

    It finds every wrong digit and every swap of two neighbours, the check digit included, wherever that stands. It is
    taken over the digits of a number in their order; anything else does not count.
    """
    interim = 0
    for digit in filter(str.isdecimal, digits):
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def plain(typed: str) -> str:
    """A number without dashes, spaces and wide characters, in capitals: one number however it is typed."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", typed)).upper()


def is_sound(number: str) -> bool:
    """Whether this can be a number of any pattern and its check digit fits the rest."""
    bare = plain(number)
    return bool(_BARE.fullmatch(bare)) and sum(map(str.isdecimal, bare)) >= 7 and check_digit(bare) == "0"


def prefix_of(division_code: str) -> str:
    """What numbers begin with where the site has set nothing: the letters of its province."""
    return PROVINCES.get(division_code[:2], "CE")
