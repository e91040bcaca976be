"""The names people log in with, in the one form they are indexed by."""

import re
import unicodedata

KINDS = ("resident_id", "permit", "credit_code", "phone", "email", "user_name")
_GAPS = re.compile(r"[\s\-‐-―]+")


def normal_form(kind: str, text: str) -> str:
    """Full-width forms, spaces, dashes and case are forgiven."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if kind in ("email", "user_name"):
        return unicodedata.normalize("NFKC", plain.lower())
    # Folded again: a gap that falls out may leave a letter beside an accent that belongs to it.
    return unicodedata.normalize("NFKC", _GAPS.sub("", plain).upper())
