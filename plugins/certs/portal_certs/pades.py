"""Signing a finished PDF (PAdES B-B, a certifying signature that allows no change) and judging one somebody has.

pyHanko takes a second to load, so only whoever signs or judges imports this module.
"""

import asyncio
import hashlib
import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.signers.pdf_cms import Signer as Signing
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator.registry import SimpleCertificateStore

from portal_certs.keys import Signer

FIELD, DIGEST = "Seal", "sha256"
NONE, HOLDS, BROKEN, FOREIGN = "none", "holds", "broken", "foreign"
MOST = 64 * 1024  # bytes of a signature somebody sends
_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s*\]")


def sign(data: bytes, signer: Signer, moment: datetime) -> bytes:
    """The file with the signature behind it. Signed again, it is the same file."""
    certificates = [_asn1(one) for one in signer.chain]
    reserved = 2 * (sum(len(one.dump()) for one in certificates) + 2048)
    writer = _Update(io.BytesIO(data))
    steps = PdfCMSEmbedder(SigFieldSpec(FIELD)).write_cms(FIELD, writer)
    next(steps)
    place = SignatureObject(timestamp=moment, subfilter=SigSeedSubFilter.PADES, bytes_reserved=reserved)
    steps.send(SigObjSetup(place, SigMDPSetup(DIGEST, certify=True, docmdp_perms=MDPPerm.NO_CHANGES)))
    digest, out = steps.send(SigIOSetup(DIGEST))
    signature = _Hand(signer, certificates).async_sign(digest.document_digest, DIGEST, use_pades=True)
    steps.send(asyncio.run(signature))
    signed: bytes = out.getvalue()
    return signed


def judge(data: bytes, known: Sequence[x509.Certificate]) -> str:
    """NONE, HOLDS (ours, and covers every byte), BROKEN (ours, but the file was changed) or FOREIGN.

    The file is not parsed, only its first signature is looked for: whatever else a stranger put into it costs nothing.
    """
    found = _RANGE.search(data)
    if found is None:
        return NONE
    start, length, end, rest = (int(number) for number in found.groups())
    gap = data[start + length : end]
    try:
        info, whole = _signature(gap)
        own = next((one for one in known if _is_by(info, one)), None)
        if own is None:
            return FOREIGN
        covers = start == 0 and end + rest == len(data) and whole
        digest = hashlib.sha256(data[:length] + data[end:]).digest()
        return HOLDS if covers and all(validate_sig_integrity(info, _asn1(own), "data", digest)) else BROKEN
    except (ValueError, TypeError, KeyError, LookupError, SignatureValidationError):
        return BROKEN


def _signature(gap: bytes) -> tuple[cms.SignerInfo, bool]:
    """What stands between the signed parts, and whether nothing else does. :raises ValueError: no signature."""
    if len(gap) > 2 * MOST or gap[:1] != b"<" or gap[-1:] != b">":
        raise ValueError("no signature")
    raw = bytes.fromhex(gap[1:-1].decode("ascii"))
    content = cms.ContentInfo.load(raw)
    infos = content["content"]["signer_infos"]
    if len(infos) != 1:
        raise ValueError("not one signer")
    return infos[0], not raw[len(content.dump()) :].strip(b"\0")


def _is_by(info: cms.SignerInfo, one: x509.Certificate) -> bool:
    own, named = _asn1(one), info["sid"].chosen
    return bool(named["serial_number"].native == own.serial_number and named["issuer"] == own.issuer)


def _asn1(one: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(one.public_bytes(serialization.Encoding.DER))


class _Hand(Signing):
    """pyHanko's signer with our key: kept open, and without chance, so that a repeated signature is the same."""

    def __init__(self, signer: Signer, certificates: Sequence[asn1.Certificate]) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(certificates[1:])
        super().__init__(signing_cert=certificates[0], cert_registry=store)
        self._key = signer.key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class _Update(IncrementalPdfFileWriter):
    """pyHanko's writer without chance and without the clock."""

    @classmethod
    def _handle_id(cls, prev: Any) -> Any:
        """The second part of the file's name, by its content."""
        first, _second = prev.trailer["/ID"]
        prev.stream.seek(0)
        mark = hashlib.sha256(prev.stream.read()).digest()[:16]
        return generic.ArrayObject([first, generic.ByteStringObject(mark)])

    def _update_meta(self) -> None:
        """It would name another producer in the dictionary than in the packet, which PDF/A forbids."""
