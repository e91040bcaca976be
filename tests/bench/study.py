"""The player's report, and 课程资源 with few and with many courses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from portal import clock, db, migrations
from portal.access.models import LoginSession
from portal.app import create_app
from portal.catalogue.models import Course, Lesson
from portal.people.models import Learner
from portal.rules.models import RuleSet
from portal.study import service
from portal.study.models import Plan
from portal.study.specs import PlanSpec, SpecCourse
from portal.testing import make_settings

LONG = 900_000  # seconds of the lesson: the bench never finishes it


def heartbeat(app: Flask, cookie: str) -> Callable[[], Any]:
    """One second more is reported each time, by the learner who logged in last, and the page's parts come back."""
    token = _open()
    numbers = iter(range(LONG))
    address = EnvironBuilder(path="/study/report", method="POST", headers={"Cookie": cookie}, json={}).get_environ()

    def report() -> Any:
        at = next(numbers)
        body = json.dumps({"token": token, "played": [[at, at + 1]], "position": at + 1}).encode()
        environ = dict(
            address, **EnvironBuilder(method="POST", data=body, content_type="application/json").get_environ()
        )
        environ |= {"PATH_INFO": "/study/report", "HTTP_COOKIE": cookie, "REQUEST_URI": "/study/report"}
        with app.app_context():
            return run_wsgi_app(app, environ, buffered=True)

    return report


def _open() -> str:
    """A plan of one long lesson for the learner who logged in last, and an open player."""
    now = clock.now()
    with db.write() as session:
        last = select(LoginSession.account_id).order_by(LoginSession.id.desc()).limit(1).scalar_subquery()
        learner = session.scalars(select(Learner).where(Learner.account_id == last)).one()
        rules = session.scalars(select(RuleSet).order_by(RuleSet.id.desc())).first()
        assert rules is not None
        course = Course(code="BENCH", title="Bench", kind="major", year=2026, hours=100, price=0, published=False)
        course.lessons = [Lesson(position=1, title="Bench", kind="article", seconds=LONG, body="x")]
        session.add(course)
        session.flush()
        frozen = SpecCourse(course.id, course.title, course.kind, course.year, course.hours)
        spec = PlanSpec(learner.id, "self_select", course.title, course.year, rules.id, (frozen,))
        (plan_id,) = service.open_plans(session, [spec], now)
        plan = session.get_one(Plan, plan_id)
        return service.open_session(session, learner.id, plan.courses[0].id, course.lessons[0].id, now).token


def shelves(folder: Path, page: Callable[[Any, str], Callable[[], Any]]) -> dict[str, Callable[[], Any]]:
    """The first page of 课程资源 of a year, by the name of the row."""
    calls = {}
    for courses in (1_000, 100_000):
        place = folder / f"shelf-{courses}"
        place.mkdir()
        app = create_app(make_settings(place))
        with app.app_context():
            migrations.upgrade(db.engine(), app.extensions["portal_plugins"])
            same = {"kind": "major", "year": 2026, "hours": 800, "price": 100, "published": True}
            with db.write() as session:
                given = [{"code": f"N{n}", "title": f"Course {n}", **same} for n in range(courses)]
                session.execute(insert(Course), given)
        name = f"course list, {courses:,} courses"
        calls[name] = page(app, "/courses?year=2026")
        _body, status, _headers = calls[name]()
        if not status.startswith("200"):
            raise SystemExit(f"bench: {name} answers {status}")
    return calls
