"""The signature in the file: found sound by a library that is not ours, and broken by the smallest change."""

import io
import stat
import time
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from pikepdf import pdfa
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from portal import db, jobs
from portal.app import create_app
from portal.errors import Misconfigured
from portal.settings import Settings
from portal.storage import current_storage
from portal_certs import keys, pades, render, states
from portal_certs.layout import Layout, supplied
from portal_certs.models import Document
from portal_certs.sample import NUMBER, SAMPLE
from tests.certs.holder import NOW, PHOTO, issued, made


def _plain() -> bytes:
    return render.render(Layout.model_validate(supplied("certificate")), SAMPLE, NUMBER, PHOTO.data, NOW)


def _signer() -> keys.Signer:
    found = keys.at_need(NOW)
    assert found is not None
    return found


def _stored(document: Document) -> bytes:
    assert document.storage_key
    return current_storage().get(document.storage_key)


def _judged_by_others(data: bytes) -> PdfSignatureStatus:
    root = asn1.Certificate.load(_signer().chain[-1].public_bytes(serialization.Encoding.DER))
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[root], allow_fetching=False))


# --- the file -----------------------------------------------------------------------------------------------------


def test_what_is_stored_is_signed(app: Flask) -> None:
    data = _stored(issued())
    status = _judged_by_others(data)
    assert (status.intact, status.valid, status.trusted, status.docmdp_ok) == (True, True, True, True)
    assert status.modification_level == ModificationLevel.NONE
    assert pades.judge(data, keys.known()) == pades.HOLDS


def test_signed_again_it_is_the_same_file(app: Flask) -> None:
    """A job that is run again must not make another file than the register knows."""
    plain = _plain()
    first = pades.sign(plain, _signer(), NOW)
    time.sleep(1.1)  # dates in PDF count seconds
    assert pades.sign(plain, _signer(), NOW) == first
    assert first.startswith(plain)


def test_the_signed_file_can_be_archived(app: Flask) -> None:
    """The validator knows no forms at all, so it names the two entries a signature consists of, and nothing else."""
    plain = _plain()
    assert pdfa.validate_written(io.BytesIO(plain), "2b").findings == []
    found = pdfa.validate_written(io.BytesIO(pades.sign(plain, _signer(), NOW)), "2b").findings
    assert {(one.kind, one.where.split()[-1]) for one in found} == {
        ("unsupported", "/AcroForm"),
        ("unsupported", "/Perms"),
    }


def test_signing_changes_no_word(app: Flask) -> None:
    plain = _plain()
    signed = PdfReader(io.BytesIO(pades.sign(plain, _signer(), NOW)))
    assert signed.pages[0].extract_text() == PdfReader(io.BytesIO(plain)).pages[0].extract_text()
    assert signed.metadata == PdfReader(io.BytesIO(plain)).metadata


def test_without_a_key_documents_are_not_signed(settings: Settings) -> None:
    real = settings.model_copy(update={"mode": "production", "plugins_disabled": ["pay_sandbox"]})
    with create_app(real).app_context():
        document = issued()
        assert (document.state, keys.current()) == (states.ISSUED, None)
        assert pades.judge(_stored(document), keys.known()) == pades.NONE
        db.engine().dispose()


# --- changes ------------------------------------------------------------------------------------------------------


def test_no_changed_byte_goes_unnoticed(app: Flask) -> None:
    data, known = pades.sign(_plain(), _signer(), NOW), keys.known()
    signature = data.index(b"/Contents <"), data.index(b"/ByteRange")

    @given(st.integers(0, len(data) - 1), st.integers(1, 255))
    @tries(max_examples=200, deadline=None)
    def changed(place: int, by: int) -> None:
        forged = data[:place] + bytes([data[place] ^ by]) + data[place + 1 :]
        if not signature[0] <= place < signature[1]:  # what stands in the signature itself shows nothing on a page
            assert pades.judge(forged, known) != pades.HOLDS

    changed()


@pytest.mark.parametrize("rest", [b"\n", b"\n1 0 obj\n<<>>\nendobj\n%%EOF\n"], ids=["line", "object"])
def test_what_is_added_behind_is_noticed(app: Flask, rest: bytes) -> None:
    assert pades.judge(pades.sign(_plain(), _signer(), NOW) + rest, keys.known()) == pades.BROKEN


def test_an_exchanged_page_is_noticed(app: Flask) -> None:
    """As a forger would: another name drawn over the page, as an update that leaves the signed part alone."""
    data = pades.sign(_plain(), _signer(), NOW)
    forger = pades._Update(io.BytesIO(data))
    page = forger.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = type(page["/Rotate"])(180)
    forger.update_container(page)
    out = io.BytesIO()
    forger.write(out)
    assert pades.judge(out.getvalue(), keys.known()) == pades.BROKEN
    assert _judged_by_others(out.getvalue()).modification_level == ModificationLevel.OTHER


def test_our_signature_in_another_file_is_worth_nothing(app: Flask) -> None:
    ours = pades.sign(_plain(), _signer(), NOW)
    assert pades.judge(b"%PDF-1.7\n" + ours[len(_plain()) :], keys.known()) == pades.BROKEN


@given(st.binary(max_size=200))
def test_nonsense_is_judged_too(rest: bytes) -> None:
    for data in (rest, b"/ByteRange [0 5 9 9]" + rest, b"%PDF/ByteRange [0 0 150 999999999]<" + rest.hex().encode()):
        assert pades.judge(data, []) in (pades.NONE, pades.BROKEN, pades.FOREIGN)


# --- keys ---------------------------------------------------------------------------------------------------------


def test_the_key_is_encrypted_and_its_owners_alone(app: Flask) -> None:
    _signer()
    assert stat.S_IMODE(keys.file().stat().st_mode) == 0o600
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in keys.file().read_bytes()
    with pytest.raises(ValueError, match="password"):
        serialization.load_pem_private_key(keys.file().read_bytes(), b"guessed")


def test_a_second_process_takes_the_key_of_the_first(app: Flask) -> None:
    keys.make(NOW)
    before = keys.file().read_bytes()
    with pytest.raises(FileExistsError):
        keys.make(NOW)
    _signer()
    assert keys.file().read_bytes() == before
    assert [one.name for one in keys.file().parent.iterdir()] == ["signer.pem"]


def test_what_a_replaced_key_has_signed_still_holds(app: Flask) -> None:
    data = _stored(issued())
    result = app.test_cli_runner().invoke(args=["documents", "make-key"])
    assert (result.exit_code, "--replace" in result.output) == (1, True)
    assert app.test_cli_runner().invoke(args=["documents", "make-key", "--replace"]).exit_code == 0
    assert pades.judge(data, keys.known()) == pades.HOLDS
    assert pades.judge(data, keys.known()[:1]) == pades.FOREIGN
    assert app.test_cli_runner().invoke(args=["documents", "verify"]).output == "1 files, 0 wrong\n"


def _bought(path: Path) -> None:
    """A key of another kind and without a passphrase, as an authority hands it out."""
    key = rsa.generate_private_key(65537, 2048)
    name = keys._name("河北省继续教育")
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    own = builder.serial_number(7).not_valid_before(NOW).not_valid_after(NOW + keys.VALID).sign(key, hashes.SHA256())
    open_ = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(keys.PEM, serialization.PrivateFormat.TraditionalOpenSSL, open_) + own.public_bytes(keys.PEM)
    )


def test_a_site_can_bring_its_own_key(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _bought(tmp_path / "own.pem")
    monkeypatch.setenv("PORTAL_CERTS_SIGNING", str(tmp_path / "own.pem"))
    with create_app(settings).app_context():
        data = pades.sign(_plain(), _signer(), NOW)
        assert pades.judge(data, keys.known()) == pades.HOLDS
        assert _judged_by_others(data).bottom_line
    _bought(tmp_path / "other.pem")
    stranger = (tmp_path / "other.pem").read_bytes().split(b"-----BEGIN CERT")[1]
    mixed = (tmp_path / "own.pem").read_bytes().split(b"-----BEGIN CERT")[0] + b"-----BEGIN CERT" + stranger
    (tmp_path / "own.pem").write_bytes(mixed)
    with create_app(settings).app_context(), pytest.raises(Misconfigured, match="does not belong"):
        _signer()


# --- anybody ------------------------------------------------------------------------------------------------------


def _compare(client: FlaskClient, data: bytes) -> tuple[int, str]:
    answer = client.post("/verify/file", data={"file": (io.BytesIO(data), "证书.pdf")}, follow_redirects=True)
    return answer.status_code, answer.text


def test_a_stranger_is_told_what_became_of_a_file(app: Flask, client: FlaskClient) -> None:
    data = _stored(issued())
    assert "签名有效" in _compare(client, data)[1]
    status, page = _compare(client, data + b"\n")
    assert (status, "签发后被改动" in page) == (404, True)
    status, page = _compare(client, pades.sign(_plain(), _signer(), NOW))  # signed here, never issued
    assert (status, "不是保存的原文件" in page) == (404, True)
    keys.make(NOW, replacing=True)
    for former in (keys.file().parent / keys.FORMER).iterdir():
        former.unlink()
    status, page = _compare(client, data + b"\n")
    assert (status, "由他人签名" in page) == (404, True)


def test_the_certificate_is_handed_out_and_the_key_is_not(app: Flask, client: FlaskClient) -> None:
    assert client.get("/verify/signer.pem").status_code == 404
    made()
    jobs.drain()
    answer = client.get("/verify/signer.pem")
    assert answer.text.count("BEGIN CERTIFICATE") == 2
    assert "PRIVATE KEY" not in answer.text
    assert _signer().fingerprint in client.get("/verify").text
