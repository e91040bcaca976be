"""A site's own pattern of numbers: what is issued under it, and what was issued under another one before."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import db, jobs
from portal.app import create_app
from portal.errors import Misconfigured
from portal.people.models import Learner
from portal.settings import Settings
from portal_certs import numbering, patterns, service, tokens
from portal_certs.models import Document
from portal_certs.snapshot import Office
from tests.certs.holder import NOW, documents, issued

OWN = "{kind}-{year:4}.{division:6}.{serial:5}-{check}"


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PORTAL_CERTS_PATTERN", OWN)
    return OWN


@pytest.fixture
def app(own: str, own_app: Flask) -> Flask:
    """One that was started with the site's own pattern."""
    return own_app


def test_every_kind_is_numbered_by_the_sites_pattern(app: Flask) -> None:
    certificate = issued()
    with db.write() as session:
        learner = session.get_one(Learner, certificate.learner_id)
        service.issue_transcript(session, learner, 2026, Office.current(), NOW)
    jobs.drain()
    numbers = [document.number for document in documents()]
    assert [number[:-1] for number in numbers] == ["C-2026.130208.00001-", "T-2026.130208.00001-"]
    assert all(numbering.is_sound(number) for number in numbers)


def test_it_is_found_by_number_and_name_and_by_its_code(client: FlaskClient) -> None:
    document = issued()
    assert client.get(tokens.page(document.number)).status_code == 200
    typed = document.number.replace(".", " ").lower()
    answer = client.post("/verify", data={"number": typed, "name": "周晓岚"})
    assert (answer.status_code, answer.location) == (303, tokens.page(document.number))
    assert "C-2026." in client.get("/verify").text  # the example has the site's form


def test_numbers_of_an_earlier_pattern_stay_verifiable(client: FlaskClient) -> None:
    document = _earlier(issued(), patterns.DEFAULT, 4127)
    assert client.get(tokens.page(document.number)).status_code == 200
    for typed in (document.number, numbering.plain(document.number)):
        answer = client.post("/verify", data={"number": typed, "name": "周晓岚"})
        assert (answer.status_code, answer.location) == (303, tokens.page(document.number))
    wrong = document.number[:-1] + str((int(document.number[-1]) + 1) % 10)
    assert client.post("/verify", data={"number": wrong, "name": "周晓岚"}).status_code == 422


def test_a_number_that_an_earlier_pattern_gave_is_passed_over(app: Flask) -> None:
    _earlier(issued(), OWN.replace(".", "-"), 2)  # 00002, written otherwise but the same letters and digits
    assert issued("李明").number.startswith("C-2026.130208.00003-")


@pytest.mark.parametrize(
    "pattern", ["{prefix}{year}-{serial}-{check}", "{prefix}-{place}-{serial}-{check}", "NO. {serial}", ""]
)
def test_a_pattern_that_cannot_be_read_back_stops_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, pattern: str
) -> None:
    monkeypatch.setenv("PORTAL_CERTS_PATTERN", pattern)
    with pytest.raises(Misconfigured, match="PORTAL_CERTS_PATTERN"):
        create_app(settings)


def _earlier(document: Document, pattern: str, serial: int) -> Document:
    """The document as if it had been numbered by another pattern."""
    number = patterns.parse(pattern).compose("HE", 2026, "130208", numbering.CERTIFICATE, serial)
    with db.write() as session:
        found = session.get_one(Document, document.id)
        found.number, found.plain = number, numbering.plain(number)
    return found
