"""The player's report, and 课程资源 with few and with many courses."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import time_machine
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
EVERY = 10  # seconds between two reports of a player


def heartbeat(app: Flask, cookie: str) -> Callable[[], Any]:
    """Ten seconds more are reported each time, ten seconds later, by the learner who logged in last.

    As from a page: with its form token, which is checked. Every sixth report is merged into progress, every thirtieth
    says that the login is still used; the row shows what they cost on the average.
    """
    token, began, numbers = _open(), clock.now(), iter(range(0, LONG, EVERY))
    cookie, form_token = _form_token(app, cookie)
    headers = {"Cookie": cookie, "X-CSRFToken": form_token}
    about = {"path": "/study/report", "method": "POST", "headers": headers, "content_type": "application/json"}
    environ = EnvironBuilder(**about).get_environ()

    def report() -> Any:
        at = next(numbers)
        body = json.dumps({"token": token, "played": [[at, at + EVERY]], "position": at + EVERY}).encode()
        sent = {**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        with time_machine.travel(began + timedelta(seconds=at + EVERY), tick=False), app.app_context():
            return run_wsgi_app(app, sent, buffered=True)

    said = json.loads(b"".join(report()[0]))
    if said["credited"] != EVERY:
        raise SystemExit(f"bench: the first report is answered {said}")
    return report


def _form_token(app: Flask, cookie: str) -> tuple[str, str]:
    """The cookie of somebody who has opened a page, and the token that stands on it; from now on it is asked for."""
    environ = EnvironBuilder(path="/centre", headers={"Cookie": cookie}).get_environ()
    with app.app_context():
        body, _status, headers = run_wsgi_app(app, environ, buffered=True)
    app.config["WTF_CSRF_ENABLED"] = True
    found = re.search(r'name="csrf-token" content="([^"]+)"', b"".join(body).decode())
    assert found is not None
    fresh = [header.split(";")[0] for header in headers.getlist("Set-Cookie")]
    return "; ".join(fresh) or cookie, found[1]


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
        player = service.open_session(session, learner.id, plan.courses[0].id, course.lessons[0].id, now)
        player.check_every = 0  # nobody is here to be asked
        return player.token


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
