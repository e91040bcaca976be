"""The question bank as a spreadsheet: every error of every row, nothing added while one is wrong, out as it went in."""

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import func, select

from portal import db
from portal.assessment import bank
from portal.assessment.bank import Outcome
from portal.assessment.models import Question
from portal.audit.models import AuditRow
from portal.catalogue.models import Course
from portal.cli import main
from portal.errors import Refused
from portal.settings import Settings
from portal.sheets import reading, writing
from portal.storage import current_storage
from tests.staff.conftest import admin, county, world  # noqa: F401 - fixtures
from tests.staff.world import World
from tests.study.world import make_course

GOOD = [
    ["C", "单选题", "下列哪一项正确？", "B", "甲", "乙", "丙", "", "", "", "见第二章", "难", "规范 案例"],
    ["C", "多选", "哪些正确？", "A、C", "甲", "乙", "丙", "丁", "", "", "", "", ""],
    ["C", "判断", "混凝土需要养护。", "√", "", "", "", "", "", "", "", "易", ""],
    ["C", "填空题", "规范编号是？", "GB 50010｜GB50010", "", "", "", "", "", "", "", "", ""],
]


@pytest.fixture
def course(app: Flask) -> str:
    with db.write() as session:
        return make_course(session).code


def book(rows: list[list[str]]) -> bytes:
    return writing.workbook("q", bank.headings(), rows)


def bring(course: str, rows: list[list[str]], *, dry: bool = False, anyway: bool = False) -> Outcome:
    said = [[course if cell == "C" else cell for cell in row] for row in rows]
    with db.write() as session:
        return bank.bring_in(session, reading.read(book(said)), None, dry=dry, anyway=anyway)


def count() -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Question)) or 0


def test_every_kind_comes_in(course: str) -> None:
    assert (bring(course, GOOD).added, count()) == (4, 4)
    with db.read() as session:
        found = session.scalars(select(Question).order_by(Question.id)).all()
        said = [[(option.text, option.correct) for option in question.options] for question in found]
        assert [question.kind for question in found] == ["single", "multiple", "true_false", "fill"]
        assert said[0] == [("甲", False), ("乙", True), ("丙", False)]
        assert [right for _text, right in said[1]] == [True, False, True, False]
        assert said[2] == [("对", True), ("错", False)]
        assert said[3] == [("GB 50010", True), ("GB50010", True)]
        assert (found[0].difficulty, found[0].tags, found[0].explanation) == (3, "规范 案例", "见第二章")
        assert session.scalar(select(func.count()).select_from(AuditRow)) == 4


def test_again_adds_nothing_and_what_goes_out_comes_in(course: str) -> None:
    bring(course, GOOD)
    again = bring(course, GOOD)
    assert (again.added, again.known, count()) == (0, 4, 4)
    with db.write() as session:
        out = [list(row) for row in bank.rows(session)]
        other = make_course(session).code
    moved = [[other, *row[1:]] for row in out]
    assert bring(other, moved).added == 4
    with db.read() as session:
        course_id = session.scalar(select(Course.id).where(Course.code == other))
        assert [row[1:] for row in bank.rows(session, course_id)] == [row[1:] for row in out]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({0: "没有"}, "course"),
        ({1: "论述题"}, "kind"),
        ({2: ""}, "stem"),
        ({3: "D"}, "answer"),  # its column is empty
        ({3: "AB"}, "answer"),
        ({3: "见解析"}, "answer"),
        ({1: "多选题"}, "answer"),
        ({5: "", 6: ""}, "option"),
        ({11: "极难"}, "difficulty"),
        ({12: "长" * 201}, "tags"),
        ({1: "判断题", 3: "也许", 4: "", 5: "", 6: ""}, "answer"),
        ({1: "填空题", 3: "甲||乙"}, "answer"),
    ],
)
def test_what_is_wrong_is_said_at_its_column_and_nothing_is_added(
    course: str, change: dict[int, str], field: str
) -> None:
    bad = [change.get(at, cell) for at, cell in enumerate(GOOD[0])]
    outcome = bring(course, [*GOOD[1:], bad])
    assert [problem.field for line in outcome.report.bad for problem in line.problems] == [field]
    assert count() == 0
    assert bring(course, [*GOOD[1:], bad], anyway=True).added == 3
    assert count() == 3


def test_a_row_that_stands_twice_is_wrong_the_second_time(course: str) -> None:
    outcome = bring(course, [GOOD[0], GOOD[0]])
    assert [line.number for line in outcome.report.bad] == [3]


@given(st.lists(st.lists(st.text(max_size=12), min_size=13, max_size=13), max_size=3))
def test_any_rows_are_judged_not_crashed(rows: list[list[str]]) -> None:
    from portal.sheets import checking, tables
    from portal.sheets.reading import Book, Row, Tab

    lines = [Row(number, tuple(row)) for number, row in enumerate([bank.headings(), *rows, GOOD[0]], 1)]
    table = tables.find(Book([Tab("q", True, lines)]), bank.LAYOUT)
    report = checking.check(table, lambda data: bank._problems(data, {"C": 1}))
    for line in report.good:
        assert bank._read(line).options


def test_a_file_without_such_a_table_is_refused(course: str) -> None:
    with pytest.raises(Refused), db.write() as session:
        bank.bring_in(session, reading.read(b"a,b\n1,2\n"), None, dry=False)


def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, *said: str) -> Result:
    """`portal questions ...` as an operator runs it, on the database of the test."""
    monkeypatch.setenv("PORTAL_DATA", str(settings.data))
    monkeypatch.setenv("PORTAL_DATABASE_URL", settings.database)
    monkeypatch.setenv("PORTAL_SECRET_KEY", settings.secret_key.get_secret_value())
    monkeypatch.setenv("PORTAL_INDEX_PEPPER", settings.index_pepper.get_secret_value())
    monkeypatch.setenv("PORTAL_VAULT_KEYS", json.dumps([key.get_secret_value() for key in settings.vault_keys]))
    return CliRunner().invoke(main, ["questions", *said])


def test_the_command_lists_and_writes(
    settings: Settings, course: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = tmp_path / "q.xlsx", tmp_path / "out.xlsx"
    file.write_bytes(book([[course, *row[1:]] for row in GOOD]))
    assert "4 questions would be added" in run(settings, monkeypatch, "import", str(file), "--dry-run").output
    assert count() == 0
    assert "4 questions were added" in run(settings, monkeypatch, "import", str(file)).output
    assert run(settings, monkeypatch, "export", str(out), "--course", course).exit_code == 0
    assert "4 are here already" in run(settings, monkeypatch, "import", str(out)).output
    file.write_bytes(book([["没有", *GOOD[0][1:]]]))
    wrong = run(settings, monkeypatch, "import", str(file))
    assert (wrong.exit_code, (tmp_path / "q.to-repair.xlsx").exists()) == (1, True)


def test_staff_load_a_file_and_give_a_picture(admin: FlaskClient, world: World) -> None:  # noqa: F811
    code = world.mine["courses"].code
    bad = [[code, *GOOD[0][1:]], [code, "论述题", *GOOD[1][2:]]]
    wrong = admin.post("/staff/question-files", data={"file": (io.BytesIO(book(bad)), "q.xlsx")})
    assert wrong.status_code == 422
    assert "题型只能是" in wrong.text
    repair = {"file": (io.BytesIO(book(bad)), "q.xlsx"), "step": "repair"}
    assert "to-repair" in admin.post("/staff/question-files", data=repair).headers["Content-Disposition"]
    before = count()
    right = admin.post("/staff/question-files", data={"file": (io.BytesIO(book(bad[:1])), "q.xlsx")})
    assert (right.status_code, count()) == (303, before + 1)
    assert admin.post("/staff/question-files", data={}).status_code == 422
    assert admin.get("/staff/question-files/all.xlsx").data[:2] == b"PK"
    assert admin.get("/staff/question-files/empty.xlsx").data[:2] == b"PK"
    out = io.BytesIO()
    Image.linear_gradient("L").resize((600, 400)).convert("RGB").save(out, "JPEG")
    said = {
        "question": str(world.mine["questions"].id),
        "words": "一张图",
        "picture": (io.BytesIO(out.getvalue()), "a.jpg"),
    }
    assert admin.post("/staff/question-files/picture", data=said).status_code == 303
    with db.read() as session:
        question = session.get_one(Question, world.mine["questions"].id)
        assert question.image_words == "一张图"
        assert question.image_key is not None
        assert current_storage().exists(question.image_key)
    unknown = {**said, "question": "99999", "picture": (io.BytesIO(out.getvalue()), "a.jpg")}
    answer = admin.post("/staff/question-files/picture", data=unknown)
    assert (answer.status_code, 'value="99999"' in answer.text) == (422, True)


def test_who_may_not_read_the_bank_finds_no_page(county: FlaskClient) -> None:  # noqa: F811
    assert county.get("/staff/question-files").status_code == 404
    assert county.post("/staff/question-files").status_code == 404
