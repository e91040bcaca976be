"""Signatures of notifications: HMAC-SHA256 over timestamp, nonce and body, fresh for each attempt to tell."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime

from flask import current_app

from portal.kit import Refused, _l, plugin_setting

FRESH = 300  # seconds a signature is good for, either way
TIMESTAMP, NONCE, SIGNATURE = "x-sandbox-timestamp", "x-sandbox-nonce", "x-sandbox-signature"
_FORGED = _l("The notification is not signed by this gateway.")


def secret() -> bytes:
    """The key shared by gateway and portal: PORTAL_PAY_SANDBOX_SECRET, else made from the portal's own."""
    own = str(plugin_setting("pay_sandbox", "secret"))
    return own.encode() or hashlib.sha256(f"pay_sandbox\n{current_app.config['SECRET_KEY']}".encode()).digest()


def sign(key: bytes, body: bytes, now: datetime) -> dict[str, str]:
    """The headers that go with a body."""
    timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(16)
    return {TIMESTAMP: timestamp, NONCE: nonce, SIGNATURE: _digest(key, timestamp, nonce, body)}


def check(key: bytes, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Lets a genuine, fresh body pass. Header names in lower case. :raises Refused: anything else."""
    timestamp, nonce, signature = (headers.get(name, "") for name in (TIMESTAMP, NONCE, SIGNATURE))
    expected = _digest(key, timestamp, nonce, body)
    if not nonce or not hmac.compare_digest(expected.encode(), signature.encode()):
        raise Refused(_FORGED)
    if not timestamp.isdecimal() or abs(int(timestamp) - now.timestamp()) > FRESH:
        raise Refused(_l("The notification is too old, or the clocks differ."))


def _digest(key: bytes, timestamp: str, nonce: str, body: bytes) -> str:
    return hmac.new(key, f"{timestamp}\n{nonce}\n".encode() + body, hashlib.sha256).hexdigest()
