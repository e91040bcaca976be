"""Loading: everything is there, rules are met, and a second time changes nothing."""

import stat
import struct
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import selectinload

from portal import db, pdf
from portal.app import create_app
from portal.assessment.models import Attempt, Question
from portal.catalogue import choice
from portal.catalogue import service as catalogue
from portal.catalogue.models import Category, Course, Lesson, Project, Specialty, TrainingClass
from portal.clock import SHANGHAI
from portal.credits import service as credits_
from portal.demo import accounts, shelves
from portal.demo.load import load, write_accounts
from portal.messages import service as messages
from portal.messages.models import Notice
from portal.orders.models import Order, OrderLine
from portal.payments.models import Payment
from portal.people.models import Account, Learner, Organisation
from portal.photos import service as photos
from portal.rules import service as rules
from portal.rules.rules import KINDS
from portal.settings import Settings
from portal.storage import current_storage
from portal.study.models import Plan, PlanCourse
from portal.testing import make_settings, migrate
from tests.demo.conftest import NOW

HOLDING = ("placed", "paid")


def _count(model: type) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_catalogue_is_whole(site: Flask) -> None:
    assert (_count(Category), _count(Specialty), _count(Course)) == (4, 12, 120)
    assert _count(Lesson) == 241
    assert _count(Project) == 12
    assert _count(TrainingClass) == 12 * 15 * 2
    assert _count(Notice) == 6
    with db.read() as session:
        codes = set(session.scalars(select(Course.code)))
        assert len(codes) == 120
        assert all(code.startswith("2026") for code in codes)


def test_every_class_has_a_package_that_meets_its_rules(site: Flask) -> None:
    with db.read() as session:
        classes = session.scalars(select(TrainingClass).options(selectinload(TrainingClass.package))).all()
        offers = {project.id: catalogue.courses_of(session, project) for project in session.scalars(select(Project))}
        for one in classes:
            found = choice.check(
                offers[one.project_id], [course.id for course in one.package], one.project.rule_set.rules
            )
            assert found.problems == (), one.project.title
            whole = one.project.rule_set.rules.hours
            assert all(found.hours[kind] >= whole[kind] for kind in KINDS)
            assert one.seats is not None
            assert 0 <= one.taken <= one.seats


def test_every_compulsory_course_can_be_tested(site: Flask) -> None:
    with db.read() as session:
        needed = rules.in_force(session, 2026, NOW).rules.testing.questions
        banks = dict(session.execute(select(Question.course_id, func.count()).group_by(Question.course_id)).all())
        for project in session.scalars(select(Project)):
            compulsory = [offer for offer in catalogue.courses_of(session, project) if offer.compulsory]
            assert len(compulsory) == 4
            assert all(banks[offer.course.id] >= max(8, needed) for offer in compulsory)


def test_every_video_is_stored_and_as_long_as_its_lesson(site: Flask) -> None:
    with db.read() as session:
        rows = session.execute(select(Lesson.storage_key, Lesson.seconds).where(Lesson.kind == "video")).all()
        texts = session.scalars(select(Lesson).where(Lesson.kind == "article")).all()
    assert len(rows) == 120
    assert {key for key, _ in rows} == {shelves.key(f"{name}.mp4") for name in shelves.VIDEOS}
    for key, seconds in set(map(tuple, rows)):
        data = current_storage().get(key)
        assert len(data) <= 150 * 1024
        assert [kind for kind, _ in _boxes(data)][:2] == ["ftyp", "moov"]  # plays before it is loaded whole
        assert b"avc1" in data
        assert _seconds(data) == seconds
    assert all(lesson.seconds == shelves.ARTICLE_SECONDS and lesson.body for lesson in texts)


def test_every_video_has_captions_as_long_as_it_is(site: Flask) -> None:
    with db.read() as session:
        videos = session.scalars(select(Lesson).where(Lesson.kind == "video")).all()
    for zh, en in {(lesson.captions["zh"], lesson.captions["en"]) for lesson in videos}:
        times = []
        for key in (zh, en):
            head, *cues = current_storage().get(key).decode().split("\n\n")
            assert head == "WEBVTT"
            times.append([cue.splitlines()[0] for cue in cues])
        assert times[0] == times[1]
        assert times[0][-1].endswith(f"00:{shelves.VIDEO_SECONDS}.000")


def test_one_course_has_a_document_to_read_page_by_page(site: Flask) -> None:
    with db.read() as session:
        document = session.scalars(select(Lesson).where(Lesson.kind == "document")).one()
        assert document.course.kind == "public"
    assert document.storage_key
    assert pdf.count(current_storage().get(document.storage_key)) == document.pages
    assert document.seconds % document.pages == 0  # every page the same


def _boxes(data: bytes) -> list[tuple[str, bytes]]:
    """The boxes of an MP4 file on one level (ISO/IEC 14496-12)."""
    found, at = [], 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        found.append((kind.decode(), data[at + 8 : at + size]))
        at += size
    return found


def _seconds(data: bytes) -> float:
    header = dict(_boxes(dict(_boxes(data))["moov"]))["mvhd"]
    scale, length = struct.unpack_from(">II", header, 12)
    return round(length / scale)


def test_a_second_time_writes_nothing(site: Flask) -> None:
    seen: list[str] = []
    event.listen(db.engine(), "before_cursor_execute", lambda *a: seen.append(a[2].split()[0].upper()))
    before = sorted(path.stat().st_mtime_ns for path in Path(current_storage().path("demo")).iterdir())
    assert load(NOW) is False
    assert set(seen) <= {"SELECT", "BEGIN"}
    assert 0 < seen.count("SELECT") < 15
    assert "IMMEDIATE" not in " ".join(seen)
    assert before == sorted(path.stat().st_mtime_ns for path in Path(current_storage().path("demo")).iterdir())


def test_what_people_made_stays(site: Flask) -> None:
    with db.write() as session:
        session.query(Notice).delete()
        course = session.scalars(select(Course)).first()
        assert course
        course.title, course.published = "改过的名称", False
        session.query(Account).filter_by(username="fengrun").one().password = "changed"
        session.query(Learner).filter_by(name="周晓岚").one().name = "周小岚"
    load(NOW)
    with db.read() as session:
        assert session.get_one(Course, course.id).title == "改过的名称"
        assert session.query(Account).filter_by(username="fengrun").one().password == "changed"
        assert session.query(Learner).filter_by(name="周小岚").count() == 1
    assert _count(Notice) == 0


def test_the_past_weeks_add_up(site: Flask) -> None:
    with db.read() as session:
        orders = session.scalars(select(Order).options(selectinload(Order.lines))).all()
        paid = [order for order in orders if order.state == "paid"]
        payments = session.scalars(select(Payment)).all()
        assert len(orders) > 50
        assert {order.state for order in orders} == {"placed", "paid"}
        assert all(order.placed_at <= NOW and (order.paid_at or NOW) <= NOW for order in orders)
        assert all(order.total > 0 for order in orders)
        if payments:
            assert sum(payment.amount for payment in payments) == sum(order.total for order in paid)
        held = defaultdict(int)
        for class_id, state in session.execute(select(OrderLine.class_id, Order.state).join(Order)):
            held[class_id] += state in HOLDING
        assert (
            dict(session.execute(select(TrainingClass.id, TrainingClass.taken).where(TrainingClass.taken > 0)).all())
            == held
        )
        assert set(session.scalars(select(Plan.state))) == {"open", "complete"}
        assert all(at <= NOW for at in session.scalars(select(PlanCourse.completed_at)) if at)
        assert session.scalar(select(func.count()).select_from(Attempt).where(Attempt.passed.is_(False)))


def test_hours_of_finished_courses_are_in_the_ledger(site: Flask) -> None:
    with db.read() as session:
        for plan in session.scalars(select(Plan).where(Plan.state == "complete")):
            done = credits_.totals(session, plan.learner_id, plan.year)
            assert sum(done.values()) == sum(course.hours for course in plan.courses)
            assert sum(done.values()) >= 9000


def test_the_learners_one_walks_with(site: Flask) -> None:
    with db.read() as session:
        learner = session.query(Learner).filter_by(name="周晓岚").one()
        assert photos.current(session, learner.account_id) is not None
        plan = session.query(Plan).filter_by(learner_id=learner.id).one()
        assert (plan.state, plan.courses[0].state) == ("open", "complete")
        half = {row.complete_at is None: row.seconds for row in plan.courses[1].progress}
        assert half[False] > half[True] > 0  # one lesson done, one half way
        assert credits_.totals(session, learner.id, plan.year) == {plan.courses[0].kind: plan.courses[0].hours}
        assert {one.kind for one in messages.inbox(session, learner.account_id)} >= {"registered", "order_paid"}
        legacy = session.query(Learner).filter_by(name="何志远").one()
        assert legacy.account.must_change
        assert legacy.source == "import"
        assert credits_.totals(session, legacy.id, 2025) == {"major": 6000, "public": 3000}
        assert credits_.totals(session, legacy.id, 2024) == {"major": 5000, "public": 3000}
        organisation = session.query(Organisation).filter(Organisation.account_id.is_not(None)).one()
        assert organisation.state == "approved"


def test_the_accounts_file_is_for_its_owner_only(site: Flask, tmp_path: Path) -> None:
    file = write_accounts(tmp_path)
    first = file.read_text("utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.unlink()
    assert write_accounts(tmp_path).read_text("utf-8") == first  # a lost file comes back, with the same passwords
    said = {one.key: one for one in accounts.every()}
    assert said["legacy_learner"].password == "123456"
    assert len({one.password for one in said.values()}) == 5


def test_passwords_differ_from_site_to_site(site: Flask, tmp_path: Path) -> None:
    from pydantic import SecretStr

    other = make_settings(tmp_path).model_copy(update={"index_pepper": SecretStr("q" * 40)})
    here = accounts.password("admin")
    with create_app(other).app_context():
        assert accounts.password("admin") != here


@pytest.mark.slow
def test_it_starts_on_new_year_s_day_and_goes_on_in_the_next_year(settings: Settings, tmp_path: Path) -> None:
    fresh = make_settings(tmp_path / "fresh")
    migrate(fresh)
    app = create_app(fresh)
    with app.app_context():
        load(datetime(2027, 1, 1, 0, 5, tzinfo=SHANGHAI).astimezone(UTC))
        people = _count(Learner)
        assert _count(Course) == 120
        assert load(datetime(2027, 12, 31, 23, 59, tzinfo=SHANGHAI).astimezone(UTC)) is False
        assert load(datetime(2028, 1, 1, 0, 1, tzinfo=SHANGHAI).astimezone(UTC)) is True
        assert (_count(Course), _count(Project), _count(Specialty)) == (240, 24, 12)
        assert _count(Learner) == people
        with db.read() as session:
            assert rules.in_force(session, 2028, datetime(2028, 1, 1, tzinfo=UTC)).year == 2028
        db.engine().dispose()
