"""The short token beside a number in the QR code: whoever holds the paper sees what it says, whoever counts does not.

A serial can be guessed, so a number alone opens nothing: the holder's name has to be typed with it.
"""

import base64
import hmac
import re
import unicodedata

from portal.kit import current_vault

LENGTH = 12  # characters of five bits each
_SMALL = re.compile(r"[\s·•‧・．.]")


def of(number: str) -> str:
    """The token of a number. It follows from the site's pepper alone, so nothing is stored."""
    digest = bytes.fromhex(current_vault().blind("verify-document", number))
    return base64.b32encode(digest).decode()[:LENGTH]


def fits(number: str, token: str) -> bool:
    """Whether somebody has the document of this number, or its address, before them."""
    return hmac.compare_digest(of(number).encode(), token.upper().encode())


def page(number: str) -> str:
    """The path of a document's verification page."""
    return f"/verify/{number}/{of(number)}"


def same_name(typed: str, name: str) -> bool:
    """Whether two names are one, whatever spaces, dots, wide letters or capitals."""
    return _plain(typed) == _plain(name)


def _plain(name: str) -> str:
    return _SMALL.sub("", unicodedata.normalize("NFKC", name)).casefold()
