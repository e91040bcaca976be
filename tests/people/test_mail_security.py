"""Mail to a server reached by STARTTLS or TLS: its certificate must fit, and it wants a name and a password."""

import base64
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select

from portal import clock, db, jobs
from portal.app import create_app
from portal.jobs import Job
from portal.messages import service as messages
from portal.messages.models import Mail
from portal.settings import Settings
from portal.testing import make_learner, under_test
from tests.people.post_office import PostOffice, post_office

USER, SECRET = "jxjy", "post-horse-77"
ADDRESS = "zhou.xiaolan@mail.example.cn"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("post") / "post.pem"
    plain = serialization.NoEncryption()
    encoding, layout = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file.write_bytes(key.private_bytes(encoding, layout, plain) + made.public_bytes(encoding))
    return file


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine trusts this certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture(params=["starttls", "tls"])
def office(request: pytest.FixtureRequest, certificate: Path) -> Iterator[PostOffice]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with post_office(security=str(request.param), context=context, login=(USER, SECRET)) as found:
        yield found


@pytest.fixture
def site(settings: Settings, office: PostOffice) -> Iterator[Flask]:
    changes = {
        "mail_server": office.address,
        "mail_security": office.security,
        "mail_from": "jxjy@example.cn",
        "mail_user": USER,
        "mail_password": SecretStr(SECRET),
    }
    app = under_test(create_app(settings.model_copy(update=changes)))
    with app.app_context():
        yield app
        db.engine().dispose()


def post() -> None:
    with db.write() as session:
        learner = make_learner(session)
        learner.email = ADDRESS
        messages.post(session, learner.account_id, "registered")
    jobs.drain()


@pytest.mark.usefixtures("trusted")
def test_a_letter_goes_through_a_safe_connection_after_a_login(site: Flask, office: PostOffice) -> None:
    post()
    assert [letter["To"] for letter in office.letters] == [ADDRESS]
    assert office.safe == [True]
    assert office.logins == [base64.b64encode(f"\0{USER}\0{SECRET}".encode()).decode()]


def test_a_certificate_nobody_vouches_for_gets_no_letter(site: Flask, office: PostOffice) -> None:
    post()
    assert (office.letters, office.logins) == ([], [])
    with db.read() as session:
        assert session.scalars(select(Mail)).one().recipient == ADDRESS  # kept for a later try
        errors = [job.error for job in session.scalars(select(Job)) if job.error]
    assert errors
    assert all(ADDRESS not in error and SECRET not in error for error in errors)


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_gets_no_letter_and_is_tried_later(
    site: Flask, office: PostOffice, capsys: pytest.CaptureFixture[str]
) -> None:
    office.login = (USER, "another")
    post()
    assert office.letters == []
    output = capsys.readouterr()
    assert SECRET not in output.out + output.err
    office.login = (USER, SECRET)
    jobs.drain(clock.now() + timedelta(hours=1))
    assert len(office.letters) == 1
