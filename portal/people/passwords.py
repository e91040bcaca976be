"""What a password must be, and how it is kept.

Length carries the strength (NIST SP 800-63B asks for no composition rules); refused is what colleagues can guess.
"""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence
from hmac import compare_digest

from flask_babel import lazy_gettext as _l
from werkzeug.security import check_password_hash, generate_password_hash

SHORTEST, LONGEST = 8, 128
COMMON_INITIAL = "123456"  # printed in the old platform's guide: opens nothing but the activation page
_SCRYPT = re.compile(r"scrypt:(\d+):(\d+):(\d+)\$([^$]+)\$([0-9a-f]+)")  # as werkzeug writes it
# Checked where there is no password, so that nobody's name takes as long as a wrong password.
_NOBODY = generate_password_hash(secrets.token_urlsafe(16))


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


def digest(password: str, beside: Sequence[str | None] = ()) -> str:
    """The scrypt hash that is kept. Takes a tenth of a second and 32 MiB: make it outside a writing transaction.

    `beside`: hashes it will be checked together with. It takes the salt of the first, so that all cost one check.
    """
    known = next((found for one in beside if (found := _SCRYPT.fullmatch(one or ""))), None)
    if known is None:
        return generate_password_hash(password)
    return f"{known[0].rpartition('$')[0]}${_scrypt(known, password)}"


def whose(kept: Sequence[str | None], password: str) -> int | None:
    """Place of the first hash this password fits, or None. Takes as long for no hash, or an impossible one, as for one.

    Hashes with one salt take the time of one.
    """
    made: dict[str, str] = {}
    password, fitting = password[: LONGEST + 1], None
    checked = [one for one in kept if one and "$" in one]
    for one in checked or [_NOBODY]:
        known = _SCRYPT.fullmatch(one)
        if known is None:
            right = check_password_hash(one, password)
        else:
            salt = known[0].rpartition("$")[0]
            made[salt] = made.get(salt) or _scrypt(known, password)
            right = compare_digest(made[salt], known[5])
        if right and fitting is None and checked:
            fitting = kept.index(one)
    return fitting


def _scrypt(known: re.Match[str], password: str) -> str:
    """What werkzeug makes of a password with the cost and the salt of a hash."""
    n, r, p = (int(known[place]) for place in (1, 2, 3))
    salt = known[4].encode()
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=132 * n * r * p).hex()


def fits(kept: str | None, password: str) -> bool:
    """Whether a password is the one that is kept."""
    return check_password_hash(kept, password[: LONGEST + 1]) if kept else False
