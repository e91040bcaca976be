"""Sixty learners of the past weeks with orders, payments, study and tests, so that no staff screen is empty.

Everything goes through the services with the moment it is said to have happened; nothing is written past them but
the credited seconds of lessons, which only a running player earns.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.assessment import service as assessment
from portal.catalogue.models import Project, SpecialtyCourse, TrainingClass
from portal.demo import numbers, office, portrait, reading
from portal.orders import service as orders
from portal.orders.models import Order
from portal.orders.quote import quote
from portal.payments import service as payments
from portal.payments.provider import Notice
from portal.people import registration
from portal.people import service as people
from portal.people.models import Agreement, Learner, Organisation
from portal.people.registration import Registration
from portal.photos import checks
from portal.photos import service as photos
from portal.study.models import Plan, PlanCourse, Progress
from portal.study.service.completion import lesson_done
from portal.types import OrderProposal, Pick, ProposedLine

PEOPLE = 60
WEEKS = 10
MODE, AWARD = "enrollment", "certificate"
_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = ("志强", "雪梅", "建国", "丽娜", "海涛", "婷婷", "文博", "秀英", "晓东", "雅静", "春光", "玉兰")
_NOBODY = "!"  # fits no password: these people cannot log in


@dataclass(frozen=True)
class Stage:
    """The stage everything is played on: the year's projects and classes, employers, and how one pays here."""

    projects: list[Project]
    employers: list[Organisation]
    compulsory: set[int]
    agreement: Agreement
    year: int
    now: datetime

    @property
    def start(self) -> datetime:
        """WEEKS ago, but never before the year began or there was an agreement to accept."""
        return max(office.new_year(self.year), self.agreement.effective_at, self.now - timedelta(weeks=WEEKS))

    def at(self, moment: datetime) -> datetime:
        """The moment, or the nearest one the play can have."""
        return min(max(moment, self.start), self.now)


@dataclass(frozen=True)
class Skill:
    """Who finishes everything knows every answer; the others about two of three, so that some tests fail."""

    random: Random
    share: float

    def knows(self) -> bool:
        return self.share == 1.0 or self.random.random() < 0.67


def is_there(session: Session) -> bool:
    """Whether these learners were made."""
    return registration.taken(session, _id_number(0)) is not None


def load(session: Session, year: int, now: datetime) -> None:
    """Plays the past weeks. The same people, orders and results at every site, whatever the day."""
    random = Random(year)  # noqa: S311 - a story, not a secret
    stage = _stage(session, year, now)
    for number in range(PEOPLE):
        _life(session, stage, number, random)


def begin_year(session: Session, year: int, now: datetime, id_number: str) -> None:
    """The year of whom one logs in as: enrolled three weeks ago, one course finished, the next one half way."""
    random = Random(year)  # noqa: S311 - a story, not a secret
    stage = _stage(session, year, now)
    account_id = registration.taken(session, id_number)
    learner = session.scalars(select(Learner).where(Learner.account_id == account_id)).one()
    begun = stage.at(now - timedelta(weeks=3))
    learner.created_at = begun
    _pay(session, _order(session, stage, learner, PEOPLE, begun), stage.at(begun + timedelta(minutes=5)))
    plan = session.scalars(select(Plan).where(Plan.learner_id == learner.id)).one()
    finished, under_way = plan.courses[:2]
    _finish(session, learner, finished, stage.at(begun + timedelta(days=4)), Skill(random, 1.0))
    first, second = under_way.course.lessons[:2]
    moment = stage.at(now - timedelta(days=1))
    for lesson, seconds in ((first, first.seconds), (second, second.seconds // 2)):
        done = moment if seconds == lesson.seconds else None
        part = [[0, seconds]]
        session.add(Progress(plan_course=under_way, lesson=lesson, intervals=part, seconds=seconds, complete_at=done))


def _stage(session: Session, year: int, now: datetime) -> Stage:
    projects = session.scalars(select(Project).where(Project.year == year).order_by(Project.id)).all()
    codes = [numbers.credit_number(row["kind"], row["division"], n) for n, row in enumerate(reading.employers(), 1)]
    employers = session.scalars(
        select(Organisation).where(Organisation.code.in_(codes)).order_by(Organisation.id)
    ).all()
    compulsory = session.scalars(select(SpecialtyCourse.course_id).where(SpecialtyCourse.compulsory)).all()
    agreement = people.ensure_agreement(session, now)
    return Stage(list(projects), list(employers), set(compulsory), agreement, year, now)


def _life(session: Session, stage: Stage, number: int, random: Random) -> None:
    """One person: registers; most enrol, most of these pay, some have finished."""
    moment = stage.at(stage.start + (stage.now - timedelta(hours=2) - stage.start) * (number / PEOPLE))
    learner = _register(session, stage, number, moment)
    if number % 10 == 0:
        return
    if number % 10 == 1:  # ordered lately, not yet paid
        _order(session, stage, learner, number, stage.at(max(moment, stage.now - timedelta(hours=1 + number % 24))))
        return
    order = _order(session, stage, learner, number, stage.at(moment + timedelta(minutes=9)))
    _pay(session, order, stage.at(moment + timedelta(minutes=14)))
    if number % 5 == 2:
        photos.keep(session, learner.account_id, checks.check(portrait.draw(number)), moment)
    _study(session, stage, learner, number, stage.at(moment + timedelta(minutes=30)), random)


def _id_number(number: int) -> str:
    return numbers.id_number(f"{1970 + number % 28}{1 + number % 12:02d}{1 + number % 27:02d}", 100 + number)


def _register(session: Session, stage: Stage, number: int, moment: datetime) -> Learner:
    employer = stage.employers[number * 7 % len(stage.employers)]
    data = Registration(
        name=_FAMILY[number * 3 % len(_FAMILY)] + _GIVEN[number * 5 % len(_GIVEN)],
        id_kind="resident_id",
        id_number=_id_number(number),
        phone=numbers.phone(1000 + number),
        email="",
        division_code=employer.division_code,
        employer=employer.name,
        organisation_id=employer.id,
        password="nobody-logs-in",  # noqa: S106 - only judged; what is kept fits nothing
        agreement_id=stage.agreement.id,
    )
    return people.register(session, data, moment, _NOBODY)


def _order(session: Session, stage: Stage, learner: Learner, number: int, moment: datetime) -> Order:
    project = stage.projects[number * 5 % len(stage.projects)]
    chosen = _class(session, project, learner.division_code, number)
    picks = tuple(Pick(course.id, course.id in stage.compulsory) for course in chosen.package)
    line = ProposedLine(learner.id, project.title, stage.year, picks, AWARD, project.id, chosen.id)
    proposal = OrderProposal(MODE, learner.account_id, f"demo:{stage.year}:{number}", project.rule_set_id, (line,), 0)
    total = quote(session, proposal).total
    proposal = OrderProposal(MODE, proposal.buyer_id, proposal.key, proposal.rule_set_id, (line,), total)
    return orders.place(session, proposal, lambda *_: (), moment, 48)


def _class(session: Session, project: Project, division_code: str, number: int) -> TrainingClass:
    """The county's first or second class; the city's for zones and the city itself."""
    query = (
        select(TrainingClass)
        .where(TrainingClass.project_id == project.id, TrainingClass.division_code.in_([division_code, "130200"]))
        .options(selectinload(TrainingClass.package))
    )
    classes = sorted(session.scalars(query), key=lambda one: (one.division_code != division_code, one.id))
    return classes[number % 2]


def _pay(session: Session, order: Order, moment: datetime) -> None:
    """Through the first way to pay there is; on a site without any, as staff would book it."""
    ways = payments.providers()
    if not ways:
        orders.mark_paid(session, order.id, moment)
        return
    payment = payments.start(session, order, ways[0], moment)
    notice = Notice(f"demo-{order.number}", payment.number, "paid", payment.amount, f"demo-{payment.number}")
    payments.confirm(session, ways[0].key, notice, moment)


def _study(session: Session, stage: Stage, learner: Learner, number: int, start: datetime, random: Random) -> None:
    plan = session.scalars(select(Plan).where(Plan.learner_id == learner.id)).one()
    share = 1.0 if number % 10 == 2 else random.random() * 0.8
    courses = plan.courses[: round(share * len(plan.courses))]
    span = max(stage.now - timedelta(minutes=20) - start, timedelta())
    for place, course in enumerate(courses, 1):
        _finish(session, learner, course, start + span * place / (len(courses) + 1), Skill(random, share))


def _finish(session: Session, learner: Learner, course: PlanCourse, moment: datetime, skill: Skill) -> None:
    """All lessons credited, then the test where there is one; not everybody passes."""
    for lesson in course.course.lessons:
        whole = [[0, lesson.seconds]]
        session.add(
            Progress(plan_course=course, lesson=lesson, intervals=whole, seconds=lesson.seconds, complete_at=moment)
        )
    lesson_done(session, course, moment)
    if course.needs_test:
        _sit(session, learner, course, moment + timedelta(minutes=2), skill)


def _sit(session: Session, learner: Learner, course: PlanCourse, moment: datetime, skill: Skill) -> None:
    attempt = assessment.start(session, learner.id, course.id, moment, skill.random)
    for position, (item, known) in enumerate(zip(attempt.paper, attempt.solution, strict=True)):
        chosen = known["right"] if skill.knows() else item["options"][:1]
        thought = timedelta(seconds=15 * position + 7 * skill.random.random())
        assessment.answer(session, learner.id, attempt.token, position, chosen, moment + thought)
    session.expire(attempt, ["answers"])  # read again: here the sitting and its grading share one session
    assessment.submit(session, learner.id, attempt.token, moment + timedelta(minutes=3))
