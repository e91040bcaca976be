"""The names people log in with, in the one form they are indexed by."""

import unicodedata
from collections.abc import Iterable

from portal.people import contact, identity
from portal.vault import current_vault

# Where a text is a name of two kinds, the earlier kind is meant. User names are given by administrators, so nobody can
# take one by an import; permits come last, because nothing in a passport number can be checked.
KINDS = ("user_name", "resident_id", "credit_code", "phone", "email", "permit")
OF_IDS = ("resident_id", "permit")  # what the number of an ID becomes
# Names for a number that has its account already (people/claims.py), and for that of an account which was closed.
CLAIM, CLOSED = "claim", "closed"
PLACES = 5  # of each for one number


def indexes(text: str, kinds: Iterable[str] = KINDS) -> list[str]:
    """Blind indexes of a typed text as each of these kinds of name."""
    vault = current_vault()
    return [vault.blind(kind, normal_form(kind, text)) for kind in kinds]


def places(word: str, number: str) -> list[str]:
    """Blind indexes under which further accounts of an ID number are kept, in the order they are given out."""
    plain, vault = identity.normalise(number), current_vault()
    return [vault.blind(word, f"{plain} {place}") for place in range(PLACES)]


def any_form(text: str) -> str:
    """A form that every spelling of a name has in common, whatever kind of name it is."""
    return identity.normalise(contact.normal_phone(text))


def normal_form(kind: str, text: str) -> str:
    """Full-width forms, spaces, dashes and case are forgiven, just as when the name was given."""
    if kind == "email":
        return contact.normal_email(text)
    if kind == "phone":
        return contact.normal_phone(text)
    if kind == "user_name":
        return unicodedata.normalize("NFKC", text).strip().lower()
    return identity.normalise(text)
