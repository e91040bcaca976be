"""A small shop window to place orders from: one project with courses and a class of a few seats."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy.orm import Session

from portal.catalogue.models import Category, Course, Project, Specialty, TrainingClass
from portal.divisions.models import Division
from portal.orders import service as orders
from portal.orders.models import Order
from portal.orders.quote import Quote
from portal.people.models import Account, Learner
from portal.rules.models import RuleSet
from portal.rules.rules import Pricing, Rules
from portal.types import OrderProposal, Pick, Problem, ProposedLine

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
HOURS = 48
_numbers = count(1)


@dataclass
class Shop:
    """What can be bought, by id."""

    rule_set_id: int
    project_id: int
    class_id: int
    prices: dict[int, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.prices.values())


def open_shop(
    session: Session,
    *,
    seats: int | None = 2,
    prices: Iterable[int] = (2800, 2000, 0),
    pricing: Pricing | None = None,
) -> Shop:
    """A project with one class of `seats`, and one course of 12 hours per price."""
    number = next(_numbers)
    if session.get(Division, "130208") is None:
        session.add(Division(code="130208", name="丰润区", level="county", parent_code=None))
    rules = RuleSet(
        year=2026,
        version=1000 + number,
        title="2026",
        data=Rules(pricing=pricing or Pricing()).model_dump(),
        effective_at=NOON,
    )
    specialty = Specialty(
        key=f"s{number}", name="建筑工程", category=Category(key=f"c{number}", name="工程技术", weight=1), weight=1
    )
    project = Project(
        specialty=specialty,
        year=2026,
        title="2026 年度继续教育·建筑工程",
        rule_set=rules,
        opens_on=date(2026, 1, 1),
        closes_on=date(2026, 12, 20),
    )
    training_class = TrainingClass(
        project=project, division_code="130208", name="一班", seats=seats, study_until=date(2026, 12, 31)
    )
    courses = [
        Course(code=f"{number}-{place}", title=f"课程{place}", kind="major", year=2026, hours=1200, price=price)
        for place, price in enumerate(prices)
    ]
    session.add_all([rules, project, training_class, *courses])
    session.flush()
    return Shop(rules.id, project.id, training_class.id, {course.id: course.price for course in courses})


def register(session: Session, name: str = "周晓岚") -> Learner:
    """A learner who can buy."""
    number = next(_numbers)
    account = Account(
        first_name=name, last_name="", username=f"buyer{number}", active=True, password="-", kind="learner"
    )
    session.add(account)
    session.flush()
    learner = Learner(
        account_id=account.id,
        name=name,
        id_kind="permit",
        id_number=f"P{number}",
        id_index=f"P{number}",
        division_code="130208",
    )
    session.add(learner)
    session.flush()
    return learner


def propose(
    shop: Shop,
    *learners: Learner,
    key: str = "",
    total: int | None = None,
    class_id: int | None = None,
    replaces: str = "",
) -> OrderProposal:
    """All courses of the shop for each learner, bought by the first."""
    lines = tuple(
        ProposedLine(
            learner_id=learner.id,
            title="2026 年度继续教育·建筑工程",
            year=2026,
            picks=tuple(Pick(course_id, compulsory=True) for course_id in shop.prices),
            award="certificate",
            project_id=shop.project_id,
            class_id=class_id or shop.class_id,
        )
        for learner in learners
    )
    expected = shop.total * len(learners) if total is None else total
    key = key or f"k{next(_numbers)}"
    return OrderProposal("enrollment", learners[0].account_id, key, shop.rule_set_id, lines, expected, replaces)


def nothing_wrong(_proposal: OrderProposal, _quote: Quote) -> list[Problem]:
    """The answer of a portal without plugins."""
    return []


def buy(
    session: Session, shop: Shop, *learners: Learner, key: str = "", now: datetime = NOON, replaces: str = ""
) -> Order:
    """A placed order."""
    return orders.place(session, propose(shop, *learners, key=key, replaces=replaces), nothing_wrong, now, HOURS)
