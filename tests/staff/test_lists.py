"""Searching, sorting, paging, exporting: what is not declared is refused, what is wrong is 400, never 500."""

import csv
import io
import time
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import db
from portal.messages.models import Notice
from portal.people.models import Organisation
from portal.staff import export, listing
from portal.staff.core import SCREENS
from tests.staff.world import MINE, NOON, World

BAD = [
    "page=0",
    "page=-1",
    "page=x",
    "page=1e9",
    "page=99999999999999999999",
    "size=x",
    "size=0",
    "size=%00",
    "order=id_number",
    "order=-id_number",
    "order=nothing",
    "order=account.password",
    "id_number=1",
    "_flt_0_id_number=1",
    "_oc_staff_learners=name",
    "division=%27%20or%201",
    "source=nothing",
    "unknown=1",
]


def test_bad_parameters_are_refused(admin: FlaskClient, world: World) -> None:
    for query in [one for one in BAD if not one.startswith("division")]:
        for address in ("/staff/learners/", "/api/v1/learners/", "/staff/learners/export"):
            assert admin.get(f"{address}?{query}").status_code == 400, (address, query)
    for query in ("placed_from=2026-13-01", "placed_from=x", "placed_to=0001-01-01", "placed_from=9999-12-31"):
        assert admin.get(f"/staff/orders/?{query}").status_code == 400, query


def test_no_parameter_makes_an_error_of_ours(admin: FlaskClient, world: World) -> None:
    for screen in SCREENS:
        desk = "console" if screen.desk == "console" else "staff"
        for query in BAD:
            assert admin.get(f"/{desk}/{screen.key}/?{query}").status_code < 500, (screen.key, query)


def test_words_about_people_stay_out_of_addresses(admin: FlaskClient, world: World) -> None:
    assert admin.get("/staff/learners/?q=周").status_code == 400
    assert admin.get("/api/v1/learners/?q=周").status_code == 400
    assert admin.get("/staff/learners/export?q=周").status_code == 400
    assert "周晓岚" in admin.post("/staff/learners/", data={"q": "周"}).text
    assert admin.get("/staff/notices/?q=年度").status_code == 200


def test_a_learner_is_found_by_name_by_employer_and_by_the_whole_id_number(admin: FlaskClient, world: World) -> None:
    learner = world.mine["learners"]
    for words in ("周", "周晓岚的单位", learner.id_number, f" {learner.id_number.lower()} "):
        page = admin.post("/staff/learners/", data={"q": words}).text
        assert "周晓岚" in page, words
        assert "何志远" not in page, words
    assert "没有符合条件的记录" in admin.post("/staff/learners/", data={"q": learner.id_number[:10]}).text


def test_lists_are_sorted_by_what_has_an_index(admin: FlaskClient, world: World) -> None:
    rows = admin.get("/api/v1/learners/?order=name").json["result"]  # type: ignore[index]
    names = [row["name"] for row in rows]
    assert names == sorted(names)
    back = admin.get("/api/v1/learners/?order=-name").json["result"]  # type: ignore[index]
    assert [row["name"] for row in back] == names[::-1]


def test_days_are_days_in_china(app: Flask, admin: FlaskClient, world: World) -> None:
    """23:30 of the 24th in China is the 24th, although it is another day of UTC in winter than at noon."""
    with db.write() as session:
        session.add(Notice(title="late", body="-", published_at=NOON.replace(hour=15, minute=59)))
        session.add(Notice(title="next", body="-", published_at=NOON.replace(hour=16, minute=0)))
    query = "published_from=2026-11-24&published_to=2026-11-24"
    titles = [row["title"] for row in admin.get(f"/api/v1/notices/?{query}").json["result"]]  # type: ignore[index]
    assert "late" in titles
    assert "next" not in titles


def test_pages_follow_each_other(app: Flask, admin: FlaskClient, world: World) -> None:
    with db.write() as session:
        for number in range(60):
            session.add(Notice(title=f"N{number:02d}", body="-", published_at=NOON + timedelta(minutes=number)))
    seen: list[str] = []
    for number in (1, 2, 3):
        answer = admin.get(f"/api/v1/notices/?page={number}&size=25").json
        assert answer is not None
        assert (answer["count"], answer["pages"], answer["more"]) == (61, 3, False)
        seen += [row["title"] for row in answer["result"]]
    assert len(seen) == len(set(seen)) == 61
    assert seen[0] == "N59"


def test_counting_stops(app: Flask, admin: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "COUNTED", 30)
    with db.write() as session:
        session.add_all(Notice(title=f"N{number}", body="-", published_at=NOON) for number in range(60))
    answer = admin.get("/api/v1/notices/?page=9&size=25").json
    assert answer is not None
    assert (answer["count"], answer["more"], answer["page"]) == (30, True, 1)
    assert "超过 30 条" in admin.get("/staff/notices/").text


@pytest.mark.parametrize("text", ["=1+1", "+cmd|x", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"])
def test_no_cell_of_an_export_is_a_formula(text: str) -> None:
    assert export.safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-60.00", "12.5", "周晓岚", "", "2026-11-24"])
def test_plain_cells_stay_as_they_are(text: str) -> None:
    assert export.safe(text) == text


def test_an_export_is_the_list_in_a_file_spreadsheets_read(app: Flask, admin: FlaskClient, world: World) -> None:
    with db.write() as session:
        session.get_one(Organisation, world.mine["organisations"].id).name = '=HYPERLINK("x")'
    answer = admin.post("/staff/organisations/export", data={"division": MINE, "reason": "年检"})
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][0] == "单位全称"
    assert [row[0] for row in rows[1:]] == ['\'=HYPERLINK("x")']


def test_an_export_streams(app: Flask, admin: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 2)
    with db.write() as session:
        session.add_all(Notice(title=f"N{number}", body="-", published_at=NOON) for number in range(9))
    answer = admin.get("/staff/notices/export", buffered=False)
    assert len(list(answer.iter_encoded())) > 3


def test_a_start_with_all_screens_asks_the_database_nothing(app: Flask) -> None:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    from portal.app import create_app

    seen: list[str] = []
    note = lambda *given: seen.append(str(given[2]))  # noqa: E731 - listened for and removed by this name
    event.listen(Engine, "before_cursor_execute", note)
    try:
        started = time.perf_counter()
        create_app(app.extensions["portal_settings"])
        spent = time.perf_counter() - started
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert seen == []
    assert spent < 5  # a second on a quiet machine; measured by `make bench`, not here
