"""RSA keys: the bank's own, which it signs with, and those of it the portal trusts.

Both sides live in one process here, so the first key is pinned when it is made; any later one when the bank changes
its key. A pinned key that was replaced is trusted for a while: what it signed may still be on its way.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.kit import clock, db
from portal_pay_sandbox.models import Key, Pin

BITS = 2048
OVERLAP = timedelta(days=1)


@dataclass(frozen=True)
class Signer:
    """A private key, and the fingerprint its public half is known by."""

    fingerprint: str
    key: rsa.RSAPrivateKey


def make() -> Signer:
    """A fresh key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    return Signer(_fingerprint(key.public_key()), key)


def signer() -> Signer:
    """The bank's present key; its first one is made and pinned now."""
    with db.read() as session:
        found = _newest(session)
    if found is None:
        fresh = make()
        with db.write() as session:
            found = _newest(session) or _keep(session, fresh, clock.now())
    key = serialization.load_pem_private_key(found.private.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return Signer(found.fingerprint, key)


def rotate(session: Session, fresh: Signer, now: datetime) -> None:
    """The bank signs with another key from now on; the portal trusts the old one for OVERLAP more."""
    session.execute(update(Pin).where(Pin.until.is_(None)).values(until=now + OVERLAP))
    _keep(session, fresh, now)


def trusted(session: Session, fingerprint: str, now: datetime) -> rsa.RSAPublicKey | None:
    """The pinned key of that fingerprint; None: nobody pinned it, or its time is over."""
    pin = session.scalar(select(Pin).where(Pin.fingerprint == fingerprint))
    if pin is None or (pin.until is not None and pin.until <= now):
        return None
    key = serialization.load_pem_public_key(pin.public.encode())
    return key if isinstance(key, rsa.RSAPublicKey) and _fingerprint(key) == fingerprint else None


def _newest(session: Session) -> Key | None:
    found: Key | None = session.scalar(select(Key).order_by(Key.id.desc()).limit(1))
    return found


def _keep(session: Session, fresh: Signer, now: datetime) -> Key:
    plain = serialization.NoEncryption()
    private = fresh.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    made = Key(fingerprint=fresh.fingerprint, private=private.decode(), made_at=now)
    session.add_all([made, Pin(fingerprint=fresh.fingerprint, public=_pem(fresh.key.public_key()), pinned_at=now)])
    session.flush()
    return made


def _pem(key: rsa.RSAPublicKey) -> str:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def _fingerprint(key: rsa.RSAPublicKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(key.public_bytes(serialization.Encoding.DER, form)).hexdigest()[:32]
