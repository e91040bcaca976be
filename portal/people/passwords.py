"""What a password must be, and how it is kept.

Length carries the strength (NIST SP 800-63B asks for no composition rules); refused is what colleagues can guess.
"""

import unicodedata

from flask_babel import lazy_gettext as _l
from werkzeug.security import check_password_hash, generate_password_hash

SHORTEST, LONGEST = 8, 128
COMMON_INITIAL = "123456"  # printed in the old platform's guide: opens nothing but the activation page


def problem(password: str, *personal: str) -> object:
    """What is wrong with a new password, as a sentence, or None. `personal`: ID number, phone and the like."""
    if len(password) < SHORTEST:
        return _l("The password needs at least %(count)s characters.", count=SHORTEST)
    if len(password) > LONGEST:
        return _l("The password may have at most %(count)s characters.", count=LONGEST)
    if password.isdigit():
        return _l("The password must not be digits only.")
    if len(set(password)) < 3:
        return _l("The password repeats the same characters. Choose another one.")
    if any(known and _same(password, known) for known in personal):
        return _l("The password must not be your ID number, phone number or e-mail address.")
    return None


def _same(password: str, known: str) -> bool:
    """Whether a password is something known, a piece of it (the end of an ID number), or holds it, in any width."""
    typed, known = _plain(password), _plain(known)
    return typed in known or (len(known) >= SHORTEST and known in typed)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def digest(password: str) -> str:
    """The scrypt hash that is kept. Takes a tenth of a second and 32 MiB: make it outside a writing transaction."""
    return generate_password_hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether a password is the one that is kept."""
    return check_password_hash(kept, password[: LONGEST + 1]) if kept else False
