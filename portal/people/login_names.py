"""The names people log in with, in the one form they are indexed by."""

import unicodedata

from portal.people import contact, identity

KINDS = ("resident_id", "permit", "credit_code", "phone", "email", "user_name")
OF_IDS = ("resident_id", "permit")  # what the number of an ID becomes


def normal_form(kind: str, text: str) -> str:
    """Full-width forms, spaces, dashes and case are forgiven, just as when the name was given."""
    if kind == "email":
        return contact.normal_email(text)
    if kind == "phone":
        return contact.normal_phone(text)
    if kind == "user_name":
        return unicodedata.normalize("NFKC", text).strip().lower()
    return identity.normalise(text)
