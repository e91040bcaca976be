"""学时证明: any live hours of one's own, on request, over as many pages as they need."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pikepdf import pdfa
from pypdf import PdfReader

from portal import clock, db, jobs
from portal.credits import service as credits_
from portal.credits.models import Credit
from portal.people.models import Learner
from portal.storage import current_storage
from portal.testing import log_in, make_learner
from portal_certs import fonts, reading, render, tables, tokens
from portal_certs.layout import Layout, supplied
from portal_certs.models import Document
from portal_certs.sample import NUMBER, SAMPLE
from portal_certs.service import documents as documents_
from portal_certs.snapshot import Course
from tests.certs.holder import NOW, documents


def _credit(learner_id: int, year: int = 2026, title: str = "数字化转型与数据安全", hours: int = 800) -> int:
    with db.write() as session:
        values: dict[str, Any] = {"kind": "major", "source": "outside", "employer_name": "唐山市第一中学"}
        made = credits_.earn(session, learner_id=learner_id, year=year, hours=hours, title=title, now=NOW, **values)
        return made.id


@pytest.fixture
def learner(app: Flask, client: FlaskClient) -> Learner:
    """Logged in, without hours yet."""
    with db.write() as session:
        made = make_learner(session)
    log_in(client, made.account)
    return made


def _ask(client: FlaskClient, *ids: int) -> Any:
    return client.post("/centre/proofs", data={"credits": list(ids)})


def test_a_proof_of_chosen_hours(client: FlaskClient, learner: Learner) -> None:
    first, _second, third = (_credit(learner.id, year, f"课程{year}") for year in (2024, 2025, 2026))
    page = client.get("/centre/proofs").text
    assert page.index("课程2026") < page.index("课程2024")
    assert _ask(client, first, third).status_code == 303
    jobs.drain()
    (proof,) = documents()
    said = reading.content(proof)
    assert (proof.kind, proof.state, proof.plan_id) == ("proof", "issued", None)
    assert re.fullmatch(r"HE\d\d-P-000001-\d", proof.number)
    assert ([course.title for course in said.courses], said.years) == (["课程2024", "课程2026"], "2024–2026")
    assert "课程2025" not in said.model_dump_json()
    assert proof.number in client.get("/centre/proofs").text
    assert "您的学时证明已开具" in client.get("/messages").text
    assert client.get(f"/centre/certificates/{proof.number}.pdf").data == current_storage().get(str(proof.storage_key))


def test_anybody_can_check_it_course_by_course(app: Flask, client: FlaskClient, learner: Learner) -> None:
    _ask(client, _credit(learner.id))
    jobs.drain()
    page = app.test_client().get(tokens.page(documents()[0].number)).text
    assert "数字化转型与数据安全" in page
    assert "学时证明" in page
    assert "周晓岚" not in page


def test_asking_twice_gives_the_same_proof(client: FlaskClient, learner: Learner) -> None:
    credit = _credit(learner.id)
    for _ in range(2):
        assert _ask(client, credit).status_code == 303
    assert len(documents()) == 1
    _ask(client, credit, _credit(learner.id, 2025))
    assert len(documents()) == 2


def test_nothing_chosen_changes_nothing_and_is_said(client: FlaskClient, learner: Learner) -> None:
    _credit(learner.id)
    answer = _ask(client)
    assert answer.status_code == 422
    assert "请至少选一门课程" in answer.text
    assert documents() == []


def test_what_was_chosen_is_kept_when_it_is_refused(client: FlaskClient, learner: Learner) -> None:
    rare, plain = _credit(learner.id, title="\U00028b4e的制备"), _credit(learner.id, 2025)
    answer = _ask(client, rare)
    assert answer.status_code == 422
    assert "证明字体里还没有“\U00028b4e”" in answer.text
    assert f'value="{rare}" checked' in answer.text
    assert f'value="{plain}" checked' not in answer.text


def test_hours_of_others_and_hours_taken_back_prove_nothing(client: FlaskClient, learner: Learner) -> None:
    with db.write() as session:
        other = make_learner(session, "李明")
    foreign, gone = _credit(other.id), _credit(learner.id)
    with db.write() as session:
        credits_.reverse(session, session.get_one(Credit, gone), NOW)
    assert _ask(client, foreign).status_code == 404
    assert _ask(client, gone).status_code == 404
    assert documents() == []


def test_a_proof_falls_with_its_hours(client: FlaskClient, learner: Learner) -> None:
    credit, other = _credit(learner.id), _credit(learner.id, 2025)
    _ask(client, credit, other)
    _ask(client, other)
    jobs.drain()
    with db.write() as session:
        credits_.reverse(session, session.get_one(Credit, credit), NOW)
    jobs.ensure_periodic()
    jobs.drain(clock.now() + timedelta(minutes=2))
    assert [(one.state, one.reason) for one in documents()] == [("revoked", "hours"), ("issued", "")]


def test_numbers_are_not_burnt_for_fun(client: FlaskClient, learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents_, "MOST_A_DAY", 2)
    ids = [_credit(learner.id, 2020 + turn) for turn in range(3)]
    assert [_ask(client, credit).status_code for credit in ids] == [303, 303, 429]


def test_an_empty_ledger_says_what_to_do(client: FlaskClient, learner: Learner) -> None:
    assert "还没有学时" in client.get("/centre/proofs").text


# --- the file -----------------------------------------------------------------------------------------------------


def _long(count: int) -> Any:
    courses = tuple(
        Course(
            title=f"第{n}门：{'岩土工程勘察新规范' * (1 + n % 5)}",
            kind="major",
            hours=800,
            year=2026,
            earned_on=NOW.date(),
        )
        for n in range(1, count + 1)
    )
    return SAMPLE.model_copy(update={"courses": courses})


@pytest.mark.parametrize("count", [1, 18, 40, 200])
def test_every_row_is_printed_once_with_the_heading_on_each_page(app: Flask, count: int) -> None:
    layout, said = Layout.model_validate(supplied("proof")), _long(count)
    reader = PdfReader(io.BytesIO(render.render(layout, said, NUMBER, b"", NOW)))
    texts = [re.sub(r"\s", "", page.extract_text()) for page in reader.pages]
    assert all("取得日期" in text and NUMBER in text for text in texts)
    assert [f"第{n}页，共{len(texts)}页" in text for n, text in enumerate(texts, 1)] == [True] * len(texts)
    found = [int(n) for text in texts for n in re.findall(r"第(\d+)门：", text)]
    assert found == list(range(1, count + 1))
    assert f"合计{8 * count}" in texts[-1]


def test_no_page_overflows(app: Flask) -> None:
    table = Layout.model_validate(supplied("proof")).table()
    assert table
    for place, rows in enumerate(tables.pages(table, _long(200), fonts.chains())):
        free = table.h if place == 0 else table.y + table.h - table.next_y
        assert sum(row.height(table) for row in rows) <= free * 72 / 25.4 + 0.01


def test_it_can_be_archived(app: Flask) -> None:
    data = render.render(Layout.model_validate(supplied("proof")), _long(60), NUMBER, b"", NOW)
    assert pdfa.validate_written(io.BytesIO(data), "2b").findings == []


def test_both_kinds_number_apart(client: FlaskClient, learner: Learner) -> None:
    _ask(client, _credit(learner.id))
    with db.read() as session:
        assert [one.number[5] for one in session.query(Document)] == ["P"]


# --- 学时档案 -----------------------------------------------------------------------------------------------------


def test_a_transcript_says_all_hours_of_a_year(client: FlaskClient, learner: Learner) -> None:
    for year, title in ((2025, "旧课程"), (2026, "甲课程"), (2026, "乙课程")):
        _credit(learner.id, year, title)
    assert 'formaction="/centre/transcripts/2026"' in client.get("/centre/proofs").text
    for _ in range(2):
        assert client.post("/centre/transcripts/2026").status_code == 303
    jobs.drain()
    (transcript,) = documents()
    assert (transcript.kind, transcript.state, transcript.number[5]) == ("transcript", "issued", "T")
    assert [course.title for course in reading.content(transcript).courses] == ["甲课程", "乙课程"]
    data = client.get(f"/centre/certificates/{transcript.number}.pdf").data
    assert "2026年度学时档案" in re.sub(r"\s", "", PdfReader(io.BytesIO(data)).pages[0].extract_text())
    assert "您的学时档案已开具" in client.get("/messages").text
    assert "学时档案" in client.get(tokens.page(transcript.number)).text


def test_a_year_without_hours_has_no_transcript(client: FlaskClient, learner: Learner) -> None:
    _credit(learner.id, 2025)
    assert client.post("/centre/transcripts/2026").status_code == 404
    assert documents() == []
