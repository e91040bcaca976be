"""Two counties with the same rows in each: what one county's staff may see, and what they must not."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from portal.access import staff_accounts
from portal.assessment.models import PaperRule, Question, QuestionOption
from portal.audit import service as audit
from portal.catalogue.models import Category, Course, Lesson, Project, Specialty, TrainingClass
from portal.credits.models import Credit, OutsideActivity
from portal.divisions.models import Division
from portal.messages.models import MessageText, Notice
from portal.orders.models import Order, OrderLine
from portal.payments.models import InvoiceRequest, Payment, Refund
from portal.people import credit_code
from portal.people.models import (
    Account,
    Agreement,
    Correction,
    CorrectionItem,
    Learner,
    Organisation,
    OrganisationApplication,
)
from portal.rules.models import RuleSet
from portal.rules.rules import Rules
from portal.study.models import Plan, PlanCourse, Suspicion
from portal.testing import PASSWORD, make_account, make_learner

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
MINE, THEIRS = "130208", "130207"
HASH = generate_password_hash(PASSWORD, "pbkdf2:sha256:1000")
FIRST17 = {MINE: "91130208MA0000001", THEIRS: "91130207MA0000002"}
CODES = {code: first + credit_code.check_character(first) for code, first in FIRST17.items()}


@dataclass
class World:
    """Rows by screen key: those of my county and those of the other; shared ones stand in both."""

    admin: Account
    county: Account
    learner: Account
    mine: dict[str, Any] = field(default_factory=dict)
    theirs: dict[str, Any] = field(default_factory=dict)


def build(session: Session) -> World:
    """The whole world, and somebody of each kind to look at it."""
    for code, name, parent in (
        ("130000", "河北省", None),
        ("130200", "唐山市", "130000"),
        (THEIRS, "丰南区", "130200"),
        (MINE, "丰润区", "130200"),
    ):
        session.add(Division(code=code, name=name, parent_code=parent, level="county" if parent else "province"))
        session.flush()
    admin = staff_accounts.add(session, "chief", "郝静宜", HASH, staff_accounts.ADMIN)
    county = staff_accounts.add(session, "fengrun", "田家兴", HASH, staff_accounts.COUNTY, [MINE])
    shared = _shared(session)
    mine, theirs = _county(session, MINE, "周晓岚", shared), _county(session, THEIRS, "何志远", shared)
    everywhere = {key: shared[key] for key in SHARED}
    return World(admin, county, mine["learners"].account, mine | everywhere, theirs | everywhere)


SHARED = (
    "categories",
    "specialties",
    "projects",
    "courses",
    "questions",
    "paper_rules",
    "notices",
    "agreements",
    "rules",
    "message_texts",
    "audit",
)


def _shared(session: Session) -> dict[str, Any]:
    rules = RuleSet(year=2026, version=1, title="2026 规则", data=Rules().model_dump(), effective_at=NOON)
    category = Category(key="eng", name="工程技术", weight=1)
    specialty = Specialty(key="build", name="建筑工程", category=category, weight=1)
    project = Project(
        specialty=specialty,
        year=2026,
        title="2026 建筑工程",
        rule_set=rules,
        opens_on=date(2026, 1, 1),
        closes_on=date(2026, 12, 20),
    )
    course = Course(code="26A01", title="结构设计", kind="major", year=2026, hours=1250, price=2800)
    course.lessons = [Lesson(position=1, title="荷载", kind="article", seconds=60, body="正文")]
    options = [QuestionOption(position=n, text=f"选项{n}", correct=n == 1) for n in range(3)]
    question = Question(course=course, kind="single", stem="哪一项正确？", options=options)
    notice = Notice(title="关于年度学习的通知", body="请按时完成。", published_at=NOON)
    agreement = Agreement(version=1, title="用户服务协议", text="条款", effective_at=NOON)
    wording = MessageText(kind="order_paid", language="zh_Hans_CN", title="已收到", body="订单 %(number)s 已付。")
    session.add_all([rules, project, course, question, notice, agreement, wording])
    session.flush()
    from portal.audit.models import AuditRow

    audit.record(session, None, "test.made", notice, after={"title": notice.title})
    session.flush()
    paper = PaperRule(course=course, questions=1, minutes=10, pass_mark=60, attempts=3)
    session.add(paper)
    session.flush()
    rows = (category, specialty, project, course, question, paper, notice, agreement, rules, wording)
    trail = session.query(AuditRow).order_by(AuditRow.id.desc()).first()
    return dict(zip(SHARED, (*rows, trail), strict=True))


def _county(session: Session, code: str, name: str, shared: dict[str, Any]) -> dict[str, Any]:
    learner = make_learner(session, name, code, f"{name}的单位")
    organisation = Organisation(name=f"{code}第一中学", code=CODES[code], division_code=code, state="pending")
    room = TrainingClass(
        project=shared["projects"], division_code=code, name="一班", seats=40, study_until=date(2026, 12, 31)
    )
    session.add_all([organisation, room])
    session.flush()
    sent = {"name": organisation.name, "code_kind": "credit_code", "code": organisation.code, "division_code": code}
    session.add(
        OrganisationApplication(
            organisation=organisation,
            account_id=make_account(session, "organisation", organisation.name).id,
            contact_name="秦素云",
            contact_phone="13900000001",
            licence_key=f"licences/{code}.jpg",
            created_at=NOON,
            **sent,
        )
    )
    order, line = _order(session, learner, room, shared)
    payment = Payment(number=f"P{code}", order=order, provider="x", amount=2800, state="paid", started_at=NOON)
    payment.confirmed_at, payment.received, payment.returned = NOON, 2800, 2800
    plan = Plan(learner=learner, line_id=line.id, mode="enrollment", title="2026 建筑工程", year=2026)
    plan.rule_set_id, plan.opened_at = shared["rules"].id, NOON
    session.add_all([payment, plan])
    session.flush()
    course = shared["courses"]
    given = {"title": course.title, "kind": "major", "year": 2026, "hours": 1250}
    studied = PlanCourse(plan=plan, course=course, compulsory=True, needs_test=True, **given)
    refund = Refund(number=f"R{code}", payment=payment, line_id=line.id, amount=2800, reason="asked", words="调岗")
    invoice = InvoiceRequest(order_id=order.id, title=f"{name}的单位", kind="plain", amount=2800, created_at=NOON)
    credit = Credit(learner=learner, course_id=course.id, source="plan", employer_name="单位", earned_at=NOON, **given)
    correction = Correction(learner=learner, note="登记时写错", created_at=NOON)
    correction.items = [CorrectionItem(field="name", before=name, after=f"{name}一")]
    outside = OutsideActivity(learner=learner, way="meeting", kind="major", title="研讨会", place="教育局", amount=1)
    outside.year, outside.hours, outside.done_on, outside.created_at = 2026, 800, date(2026, 3, 1), NOON
    outside.rule_set, outside.storage_key, outside.sha256 = shared["rules"], f"evidence/{code}.jpg", "0" * 64
    odd = Suspicion(learner=learner, plan_course=studied, kind="clock", mark="m", evidence={"seconds": 400})
    odd.found_at = NOON
    for one in (order, payment, refund, invoice):
        one.division_code = code
    session.add_all([studied, refund, invoice, credit, correction, outside, odd])
    session.flush()
    return {
        "learners": learner,
        "organisations": organisation,
        "classes": room,
        "orders": order,
        "payments": payment,
        "plans": plan,
        "refunds": refund,
        "invoices": invoice,
        "plan_courses": studied,
        "credits": credit,
        "corrections": correction,
        "outside_activities": outside,
        "suspicions": odd,
        "divisions": session.get_one(Division, code),
    }


def _order(session: Session, learner: Learner, room: TrainingClass, shared: dict[str, Any]) -> tuple[Order, OrderLine]:
    number = f"D{learner.division_code}"
    order = Order(number=number, buyer_id=learner.account_id, mode="enrollment", proposal_key=number, state="paid")
    order.total, order.rule_set_id, order.placed_at, order.expires_at = 2800, shared["rules"].id, NOON, NOON
    line = OrderLine(
        order=order, learner_id=learner.id, mode="enrollment", title="2026 建筑工程", year=2026, price=2800
    )
    line.project_id, line.class_id = shared["projects"].id, room.id
    session.add_all([order, line])
    session.flush()
    return order, line
