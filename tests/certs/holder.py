"""A learner whose plan is complete: what every certificate begins with."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, db, events, jobs
from portal.catalogue.models import Course
from portal.credits import service as credits_
from portal.demo import portrait
from portal.messages.models import Message
from portal.people.models import Employment, Learner
from portal.photos import checks
from portal.photos import service as photos
from portal.study import service as study
from portal.study.models import Plan
from portal.types import PlanCompleted, PlanRevoked
from portal_certs.models import Document
from tests.study import world

NOW = datetime(2026, 5, 20, 1, 12, tzinfo=UTC)
EMPLOYER = "唐山市丰润区燕山建筑设计研究院有限责任公司"
RARE = "\U00028b4e"  # 𨭎, which the document font lacks
_turns = count(1)
PHOTO = checks.check(portrait.draw(1))


@dataclass
class Holder:
    """Ids of what was made."""

    learner_id: int
    account_id: int
    plan_id: int


def complete(session: Session, name: str = "周晓岚", *, photo: bool = True, award: str = "certificate") -> Holder:
    """A learner with 60 professional and 30 public hours in one plan, complete at once; the event is written."""
    learner = world.make_learner(session, name)
    for employment in session.scalars(select(Employment).where(Employment.learner_id == learner.id)):
        employment.employer_name = EMPLOYER
    if photo:
        photos.keep(session, learner.account_id, PHOTO, NOW)
    return another_plan(session, learner, award)


def another_plan(session: Session, learner: Learner, award: str = "certificate") -> Holder:
    """One more completed plan of this learner."""
    courses = [_course(session, "major", 6000), _course(session, "public", 3000)]
    for course in courses:
        credits_.earn(
            session,
            learner_id=learner.id,
            year=2026,
            kind=course.kind,
            hours=course.hours,
            title=course.title,
            source="import",
            employer_name=EMPLOYER,
            now=NOW,
            course_id=course.id,
        )
    spec = world.spec_of(learner.id, world.make_rules(session).id, courses, award=award)
    plan_id = study.open_plans(session, [spec], NOW)[0]
    assert session.get_one(Plan, plan_id).state == "complete"
    return Holder(learner.id, learner.account_id, plan_id)


def _course(session: Session, kind: str, hours: int) -> Course:
    course = world.make_course(session, kind=kind)
    course.hours = hours
    session.flush()
    return course


def issued(name: str = "周晓岚") -> Document:
    """The printed certificate of a new holder, as the running portal issues it."""
    holder = made(name)
    jobs.drain()
    return document_of(holder)


def document_of(holder: Holder) -> Document:
    """The one certificate of a plan."""
    with db.read() as session:
        return session.scalars(select(Document).where(Document.plan_id == holder.plan_id)).one()


def documents() -> list[Document]:
    """Every document there is, oldest first."""
    with db.read() as session:
        return list(session.scalars(select(Document).order_by(Document.id)))


def made(name: str = "周晓岚", *, photo: bool = True, award: str = "certificate") -> Holder:
    """A holder whom the plugins have not been told about yet."""
    with db.write() as session:
        return complete(session, name, photo=photo, award=award)


def tell(event: PlanCompleted | PlanRevoked) -> None:
    """Says it to all plugins, as the core does after a commit."""
    with db.write() as session:
        events.record(session, event)
    jobs.drain()


def catch_up() -> None:
    """What the periodic job does minutes later."""
    jobs.ensure_periodic()
    jobs.drain(clock.now() + timedelta(minutes=2 * next(_turns)))


def messages_of(holder: Holder) -> list[str]:
    """Kinds of the messages about certificates this learner got."""
    with db.read() as session:
        query = select(Message.kind).where(Message.account_id == holder.account_id).order_by(Message.id)
        return [kind for kind in session.scalars(query) if kind.startswith("certificate")]
