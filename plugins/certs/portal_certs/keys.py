"""The key that signs documents: one file with the key, then the signer's certificate, then its issuers.

Certificates of earlier keys lie in `former` beside it: what they signed is still known. A demonstration makes its own
key at first need; elsewhere the operator makes one (`portal documents make-key`) or puts a bought one there.
"""

import contextlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from portal.kit import Misconfigured, current_settings, current_vault, plugin_setting

FORMER = "former"
VALID = timedelta(days=3653)  # of a certificate we make ourselves
PEM = serialization.Encoding.PEM
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Signer:
    """A key with its certificates, the signer's own first."""

    key: Key
    chain: tuple[x509.Certificate, ...]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the signer's certificate in capitals, as viewers show it."""
        return self.chain[0].fingerprint(hashes.SHA256()).hex(" ").upper()

    @property
    def certificates(self) -> bytes:
        """Its certificates as one file. Nothing in it is secret."""
        return _joined(self.chain)


def file() -> Path:
    """Where the key lies, or would."""
    named = plugin_setting("certs", "signing")
    return Path(named) if named else current_settings().data / "signing" / "signer.pem"


def current() -> Signer | None:
    """The site's key, opened once per process; None: it has none, and its documents carry no signature."""
    path = file().resolve()
    return _read(path, _passphrase(), path.stat().st_mtime_ns) if path.exists() else None


def at_need(now: datetime) -> Signer | None:
    """The same; a demonstration that has no key makes one."""
    if current_settings().mode == "demo" and not file().exists():
        with contextlib.suppress(FileExistsError):  # another process was quicker
            make(now)
    return current()


def known() -> list[x509.Certificate]:
    """The certificates of all signers there have been, the present one first."""
    files = [file(), *sorted((file().parent / FORMER).glob("*.pem"))]
    return [x509.load_pem_x509_certificates(one.read_bytes())[0] for one in files if one.exists()]


def make(now: datetime, *, replacing: bool = False) -> None:
    """A new key, certified by an authority of our own whose key is forgotten at once: nobody can make a second one.

    :raises FileExistsError: there is one, and it is not to be replaced.
    """
    key, chain = _certified(current_settings().site_office, now)
    path = file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if replacing and path.exists():
        old = x509.load_pem_x509_certificates(path.read_bytes())
        (path.parent / FORMER).mkdir(exist_ok=True)
        _write(path.parent / FORMER / f"{old[0].serial_number:x}.pem", _joined(old), replacing=True)
    locked = serialization.BestAvailableEncryption(_passphrase())
    _write(path, key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, locked) + _joined(chain), replacing)


def _passphrase() -> bytes:
    """Of the key: the site's own, or one that only this site's pepper gives."""
    return str(plugin_setting("certs", "signing_passphrase") or current_vault().blind("signing", "key")).encode()


@lru_cache(maxsize=4)
def _read(path: Path, passphrase: bytes, _changed: int) -> Signer:
    """Opening an encrypted key takes long on purpose."""
    pem = path.read_bytes()
    key = serialization.load_pem_private_key(pem, passphrase if b"ENCRYPTED" in pem else None)
    chain = x509.load_pem_x509_certificates(pem)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise Misconfigured("PORTAL_CERTS_SIGNING", "the key is neither RSA nor one of an elliptic curve")
    if key.public_key() != chain[0].public_key():
        raise Misconfigured("PORTAL_CERTS_SIGNING", "the key does not belong to the first certificate")
    return Signer(key, tuple(chain))


def _joined(chain: Sequence[x509.Certificate]) -> bytes:
    return b"".join(one.public_bytes(PEM) for one in chain)


def _certified(office: str, now: datetime) -> tuple[Key, list[x509.Certificate]]:
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate(authority, authority, f"{office} CA", f"{office} CA", now, authority=True)
    own = _certificate(key, authority, office, f"{office} CA", now, authority=False)
    return key, [own, root]


def _certificate(
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    name: str,
    issuer: str,
    now: datetime,
    *,
    authority: bool,
) -> x509.Certificate:
    usage = {"digital_signature": not authority, "content_commitment": not authority, "key_cert_sign": authority}
    unused = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "crl_sign", "encipher_only", "decipher_only"), False
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(x509.KeyUsage(**usage, **unused), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    return builder.sign(by, hashes.SHA256())


def _name(common: str) -> x509.Name:
    """X.509 allows 64 characters."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _write(path: Path, data: bytes, replacing: bool = False) -> None:
    """Whole or not at all, readable by its owner alone. :raises FileExistsError: not to be replaced."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    try:
        temporary.replace(path) if replacing else os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
