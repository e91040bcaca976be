"""After the order: replacing a person, forgetting rows, a worker that dies in the middle, many clicks at once."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from portal import clock, db, jobs
from portal.audit.models import AuditRow
from portal.catalogue.models import Lesson
from portal.orders.models import OrderLine
from portal.people.models import Learner
from portal.study.models import Plan, PlanCourse, Progress
from portal_group_reg import work
from portal_group_reg.models import RosterRow
from tests.group_reg.conftest import FEE, batch, number, orders, person, rows, send, sheet, upload


def count(model: Any) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def pay(client: FlaskClient) -> None:
    gateway = client.post(f"/pay/{orders()[-1].number}", data={"provider": "sandbox"}).location
    client.get(client.post(gateway, data={"decision": "pay"}).location)


@pytest.fixture
def paid(clerk: FlaskClient) -> FlaskClient:
    upload(clerk, sheet([person(1), person(2)]))
    send(clerk)
    pay(clerk)
    return clerk


def line(n: int) -> int:
    """The order line of a person."""
    with db.read() as session:
        found = session.scalars(select(OrderLine).join(Learner).order_by(OrderLine.id)).all()
        return found[n - 1].id


OTHER = {"name": "李四", "id_number": number(9), "phone": "13912349999"}


def test_a_person_is_replaced_before_study_begins_without_paying_again(paid: FlaskClient) -> None:
    url = f"/group/people/{line(1)}/replace"
    assert "李四" not in paid.get(url).text
    assert paid.post(url, data=OTHER).location == "/group/people"
    board = paid.get("/group/people").text
    assert "李四" in board
    assert "张二" not in board
    assert (len(orders()), orders()[0].total, count(Plan)) == (1, FEE * 2, 2)
    with db.read() as session:
        place = session.get_one(OrderLine, line(1))
        plan = session.scalars(select(Plan).where(Plan.line_id == place.id)).one()
        assert plan.learner_id == place.learner_id
        assert session.scalar(select(AuditRow.verb).where(AuditRow.verb == "order.person_replaced"))


def test_what_is_wrong_with_the_new_person_stands_at_its_field(paid: FlaskClient) -> None:
    url = f"/group/people/{line(1)}/replace"
    wrong = paid.post(url, data={**OTHER, "id_number": number(9)[:17]})
    assert wrong.status_code == 422
    assert 'id="id_number-error"' in wrong.text
    assert "李四" in wrong.text
    for taken in (number(1), number(2)):  # in the project already, whoever it is
        assert paid.post(url, data={**OTHER, "id_number": taken}).status_code == 422
    assert count(Learner) == 2


def test_nobody_is_replaced_once_study_has_begun(paid: FlaskClient) -> None:
    _begin(line(1))
    refused = paid.post(f"/group/people/{line(1)}/replace", data=OTHER)
    assert refused.status_code == 422
    assert count(Learner) == 2  # nobody was added for nothing


def test_that_another_has_begun_hinders_nobody(paid: FlaskClient) -> None:
    _begin(line(2))
    assert paid.post(f"/group/people/{line(1)}/replace", data=OTHER).location == "/group/people"
    assert paid.post(f"/group/people/{line(2)}/replace", data=OTHER).status_code == 422


def _begin(line_id: int) -> None:
    """Somebody has watched a second of their first course."""
    with db.write() as session:
        course = session.scalars(select(PlanCourse).join(Plan).where(Plan.line_id == line_id)).first()
        assert course is not None
        lesson = Lesson(course_id=course.course_id, position=1, title="x", kind="article", seconds=60)
        session.add(lesson)
        session.flush()
        session.add(Progress(plan_course_id=course.id, lesson_id=lesson.id, intervals=[[0, 1]], seconds=1))


def test_lines_of_others_are_unknown(paid: FlaskClient, app: Flask) -> None:
    from tests.group_reg.conftest import employer, enter

    with db.write() as session:
        other = employer(session, "唐山市另一家公司", "91350100M000100Y43")
    stranger = enter(app.test_client(), other)
    assert stranger.get(f"/group/people/{line(1)}/replace").status_code == 404
    assert stranger.post(f"/group/people/{line(1)}/replace", data=OTHER).status_code == 404


# --- forgetting ---------------------------------------------------------------------------------------------------


def test_rows_are_forgotten_in_time(paid: FlaskClient) -> None:
    upload(paid, sheet([person(3)]))
    waiting = batch()
    context = jobs.JobContext(0, {}, 1, clock.now() + timedelta(days=5))
    work.sweep(context)
    assert count(RosterRow) == 3
    work.sweep(jobs.JobContext(0, {}, 1, clock.now() + timedelta(days=400)))
    assert count(RosterRow) == 0
    assert paid.get(f"/group/enrol/lists/{waiting.id}").status_code == 404


# --- crashes and races --------------------------------------------------------------------------------------------


class _Killed(BaseException):
    """What a process that dies leaves behind: no handler runs."""


@pytest.fixture(params=["INSERT INTO audit", "INSERT INTO orders", "UPDATE training_class", "UPDATE group_reg_row"])
def moment(request: pytest.FixtureRequest, app: Flask) -> Iterator[list[str]]:
    """The next statement of this kind ends the worker; emptied, nothing does."""
    waiting = [str(request.param)]

    def strike(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if waiting and statement.startswith(waiting[0]):
            waiting.clear()
            raise _Killed

    event.listen(db.engine(), "before_cursor_execute", strike)
    yield waiting
    event.remove(db.engine(), "before_cursor_execute", strike)


def test_a_worker_that_dies_leaves_nothing_half_and_the_next_one_finishes(
    clerk: FlaskClient, moment: list[str]
) -> None:
    struck = moment.copy()
    moment.clear()
    upload(clerk, sheet([person(n) for n in range(5)]))
    send(clerk, drain=False)
    moment.extend(struck)
    with pytest.raises(_Killed):
        jobs.drain()
    assert (orders(), count(Learner), count(OrderLine)) == ([], 0, 0)
    assert {state for state, _codes in rows().values()} == {"good"}
    jobs.run_due(clock.now() + timedelta(minutes=5))  # its lease is over
    assert (len(orders()), count(Learner), count(OrderLine)) == (1, 5, 5)


def test_clicks_at_once_make_one_order(clerk: FlaskClient, app: Flask, organisation: Any) -> None:
    from tests.group_reg.conftest import enter

    upload(clerk, sheet([person(n) for n in range(3)]))
    mine = batch()
    clients = [enter(app.test_client(), organisation) for _ in range(4)]
    data = {"version": mine.version, "total": FEE * 3}

    def click(client: FlaskClient) -> None:
        with app.app_context():
            client.post(f"/group/enrol/lists/{mine.id}/send", data=data)

    threads = [threading.Thread(target=click, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    jobs.drain()
    assert (len(orders()), count(OrderLine)) == (1, 3)
