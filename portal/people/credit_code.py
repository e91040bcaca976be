"""Unified social credit codes of organisations (GB 32100-2015)."""

from flask_babel import lazy_gettext as _l

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
_WEIGHTS = tuple(3**i % 31 for i in range(17))


def check_character(first17: str) -> str:
    """The eighteenth character: 31 minus the weighted sum modulo 31, where 31 counts as 0."""
    total = sum(w * ALPHABET.index(c) for w, c in zip(_WEIGHTS, first17, strict=True))
    return ALPHABET[-total % 31]


def check(code: str) -> object:
    """What is wrong with a normalised code, as a sentence, or None."""
    if len(code) != 18:
        return _l("A unified social credit code has 18 characters; this one has %(count)s.", count=len(code))
    if wrong := sorted(set(code) - set(ALPHABET)):
        return _l("A unified social credit code has no %(characters)s.", characters=" ".join(wrong))
    if code[17] != check_character(code[:17]):
        return _l("The last character of the code does not fit the others. Compare the whole code.")
    return None


def masked(code: str) -> str:
    """A code as strangers may see it: "9113 **** **** **3K"."""
    return f"{code[:4]} **** **** **{code[-2:]}" if len(code) == 18 else f"{code[:2]}****{code[-2:]}"
