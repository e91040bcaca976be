"""The stored files against the register: by the operator's command, and by anybody who has a file."""

import hashlib
import io
import json
from pathlib import Path

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from portal import db, jobs
from portal.demo import portrait
from portal.jobs import JobContext
from portal.people.models import Employment, Learner
from portal.photos import checks
from portal.photos import service as photos
from portal.storage import current_storage
from portal.study.models import PlanCourse
from portal.testing import log_in
from portal_certs import issuing, reading, render, service, verifying
from portal_certs.layout import supplied
from portal_certs.models import Document
from tests.certs.holder import NOW, documents, issued


def _run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["documents", *words])
    return result.exit_code, result.output


def _file(document: Document) -> Path:
    assert document.storage_key
    return current_storage().path(document.storage_key)


def _bytes(document: Document) -> bytes:
    """As it was issued; `_file` holds it sealed."""
    return current_storage().get(str(document.storage_key))


def test_a_copy_of_the_folder_shows_nobody(app: Flask) -> None:
    document = issued()
    kept = _file(document).read_bytes()
    assert b"%PDF" not in kept
    assert not any(line in kept for line in _bytes(document).splitlines() if len(line) > 8)
    assert hashlib.sha256(_bytes(document)).hexdigest() == document.sha256


def test_sound_files_are_counted(app: Flask) -> None:
    issued()
    assert _run(app, "verify") == (0, "1 files, 0 wrong\n")


def test_a_changed_and_a_missing_file_are_named(app: Flask) -> None:
    changed, gone, other = issued(), issued("李明"), issued("王芳")
    data = bytearray(_file(changed).read_bytes())
    data[len(data) // 2] ^= 1
    _file(changed).write_bytes(data)
    _file(other).write_bytes(_bytes(gone))
    _file(gone).unlink()
    code, said = _run(app, "verify")
    assert code == 1
    assert said.splitlines() == [
        f"{changed.number}: the file was changed, or the key it was sealed with is gone",
        f"{gone.number}: the file is gone",
        f"{other.number}: the file was changed",
        "3 files, 3 wrong",
    ]


def test_correcting_and_revoking_by_number(app: Flask) -> None:
    document = issued()
    assert _run(app, "reissue", document.number.lower(), "--reason", "name")[0] == 0
    jobs.drain()
    fresh = documents()[1]
    assert _run(app, "revoke", fresh.number, "--reason", "duplicate")[0] == 0
    assert [one.state for one in documents()] == ["superseded", "revoked"]
    code, said = _run(app, "revoke", fresh.number, "--reason", "duplicate")
    assert code == 1
    assert "被替代或撤销" in said
    assert _run(app, "revoke", "HE26-0208-999999-1", "--reason", "name")[0] == 1


@pytest.mark.parametrize("kind", ["certificate", "proof", "transcript"])
def test_a_layout_can_be_seen_before_it_is_used(app: Flask, tmp_path: Path, kind: str) -> None:
    assert _run(app, "preview", kind, str(tmp_path / "seen.pdf"))[0] == 0
    assert len(PdfReader(tmp_path / "seen.pdf").pages) == 1


def test_nothing_issued_changes_later(client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not with the person, the photo, the courses or the layout, and not when the program draws otherwise."""
    document = issued()
    data, said = _bytes(document), reading.content(document)
    with db.write() as session:
        learner = session.get_one(Learner, document.learner_id)
        learner.name = "李明"
        for employment in session.scalars(select(Employment).where(Employment.learner_id == learner.id)):
            employment.employer_name = "别的单位"
        photos.keep(session, learner.account_id, checks.check(portrait.draw(3)), NOW)
        for course in session.scalars(select(PlanCourse).where(PlanCourse.plan_id == document.plan_id)):
            course.title = "别的课程"
        service.publish_template(session, "certificate", supplied("certificate") | {"title": "别的证书"}, NOW)
        account = learner.account
        monkeypatch.setattr(render, "CREATOR", "Another program")
    log_in(client, account)
    issuing.print_document(JobContext(0, {"document_id": document.id}, 1, NOW))  # as a job that runs once more
    answer = client.get(f"/centre/certificates/{document.number}.pdf")
    assert answer.data == data
    assert hashlib.sha256(answer.data).hexdigest() == document.sha256
    assert (reading.content(documents()[0]), documents()[0].template_id) == (said, document.template_id)
    assert _run(app, "verify") == (0, "1 files, 0 wrong\n")


def test_the_schema_takes_what_the_site_came_with_and_no_more(app: Flask) -> None:
    schema = json.loads(_run(app, "schema")[1])
    for kind in ("certificate", "proof", "transcript"):
        jsonschema.validate(supplied(kind), schema)
    wrong = supplied("certificate")
    wrong["elements"][0]["file"] = "/etc/passwd"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


# --- anybody ------------------------------------------------------------------------------------------------------


def _compare(client: FlaskClient, data: bytes, name: str = "证书.pdf") -> tuple[int, str]:
    answer = client.post("/verify/file", data={"file": (io.BytesIO(data), name)}, follow_redirects=True)
    return answer.status_code, answer.text


def test_the_very_file_is_recognised(client: FlaskClient, app: Flask) -> None:
    document = issued()
    status, page = _compare(client, _bytes(document))
    assert status == 200
    assert "与签发的原文件完全一致" in page
    assert document.number in page


def test_the_smallest_change_is_noticed(client: FlaskClient, app: Flask) -> None:
    data = bytearray(_bytes(issued()))
    data[-20] ^= 1
    status, page = _compare(client, bytes(data))
    assert status == 404
    assert "签发后被改动" in page


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"%PDF-" + b"x" * 1000], ids=["empty", "picture", "large"])
def test_what_cannot_be_a_document_is_explained(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    monkeypatch.setattr(verifying, "LARGEST", 1000)
    status, page = _compare(client, data)
    assert status == 422
    assert "不超过 5 MB" in page


def test_no_file_at_all(client: FlaskClient) -> None:
    assert client.post("/verify/file", data={}).status_code == 422
