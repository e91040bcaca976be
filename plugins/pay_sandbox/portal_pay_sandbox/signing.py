"""Signatures of notifications: RSA with SHA-256 over timestamp, nonce and body, fresh for each attempt to tell."""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from portal.kit import Refused, _l, db
from portal_pay_sandbox import keys
from portal_pay_sandbox.keys import Signer

FRESH = 300  # seconds a signature is good for, either way
TIMESTAMP, NONCE, SIGNATURE = "x-sandbox-timestamp", "x-sandbox-nonce", "x-sandbox-signature"
KEY = "x-sandbox-key"  # fingerprint of the key that signed
_FORGED = _l("The notification is not signed by this gateway.")


def sign(signer: Signer, body: bytes, now: datetime) -> dict[str, str]:
    """The headers that go with a body."""
    timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(16)
    signature = signer.key.sign(_message(timestamp, nonce, body), padding.PKCS1v15(), hashes.SHA256())
    return {TIMESTAMP: timestamp, NONCE: nonce, KEY: signer.fingerprint, SIGNATURE: b64encode(signature).decode()}


def check(headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Lets a fresh body pass that a pinned key signed. Header names in lower case. :raises Refused: anything else."""
    timestamp, nonce = headers.get(TIMESTAMP, ""), headers.get(NONCE, "")
    with db.read() as session:
        key = keys.trusted(session, headers.get(KEY, ""), now)
    if key is None or not nonce:
        raise Refused(_FORGED)
    try:
        signature = b64decode(headers.get(SIGNATURE, ""), validate=True)
        key.verify(signature, _message(timestamp, nonce, body), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError) as failure:  # ValueError: not base64
        raise Refused(_FORGED) from failure
    if not timestamp.isdecimal() or abs(int(timestamp) - now.timestamp()) > FRESH:
        raise Refused(_l("The notification is too old, or the clocks differ."))


def _message(timestamp: str, nonce: str, body: bytes) -> bytes:
    return f"{timestamp}\n{nonce}\n".encode() + body
