"""Rule sets as pages read them: what was published counts at once, and nothing is asked twice."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import text

from portal import db
from portal.rules import kept, service
from portal.rules.rules import Rules
from tests.catalogue.planting import statements

START = datetime(2026, 1, 1, tzinfo=UTC)


def publish(year: int, need: int, begins: datetime) -> int:
    with db.write() as session:
        return service.publish(session, year, "规则", Rules(hours={"major": need}), begins, None, START).id


def test_the_newest_that_is_in_force(app: Flask) -> None:
    assert kept.of_year(2026, START) == Rules()
    first = publish(2026, 100, START)
    assert kept.of_year(2026, START).hours == {"major": 100}
    later = publish(2026, 200, START + timedelta(days=9))
    publish(2025, 300, START)
    assert kept.of_year(2026, START).hours == {"major": 100}
    assert kept.of_year(2026, START + timedelta(days=9)).hours == {"major": 200}
    assert kept.of_year(2025, START).hours == {"major": 300}
    assert [kept.of_set(number).hours["major"] for number in (first, later)] == [100, 200]


def test_it_is_read_once(app: Flask) -> None:
    publish(2026, 100, START)
    kept.of_year(2026, START)
    with statements() as seen:
        for year in (2024, 2025, 2026):
            kept.of_year(year, START)
    assert [said for said in seen if "FROM rule_set" in said] == []


def test_one_that_another_process_has_just_published_is_found(app: Flask) -> None:
    kept.of_year(2026, START)
    app.extensions["portal_marks"].until = float("inf")  # this process has not looked since
    with db.engine().execution_options(portal_write=False).begin() as connection:
        said = Rules(hours={"major": 700}).model_dump_json()
        values = "(1, 2026, 1, '规则', :said, '2026-01-01', '2026-01-01')"
        names = "(id, year, version, title, data, effective_at, created_at)"
        connection.execute(text(f"INSERT INTO rule_set {names} VALUES {values}"), {"said": said})  # noqa: S608
    assert kept.of_set(1).hours == {"major": 700}
    app.extensions["portal_marks"].forget()
