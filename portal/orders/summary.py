"""What an order page says about an order, in a handful of statements however many lines it has."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portal.catalogue.models import TrainingClass
from portal.orders.models import LineCourse, Order, OrderLine
from portal.rules.rules import KINDS

SHOWN = 20  # lines written out; the rest is counted


@dataclass(frozen=True)
class Part:
    """All courses of one kind in an order. Hours in hundredths, price in fen."""

    kind: str
    courses: int
    hours: int
    price: int


@dataclass(frozen=True)
class Summary:
    """`lines` are at most SHOWN; `people` counts all of them, `study_until` is the latest last day of their classes."""

    lines: tuple[OrderLine, ...]
    people: int
    parts: tuple[Part, ...]
    study_until: date | None
    wants_photo: bool

    @property
    def courses(self) -> int:
        return sum(part.courses for part in self.parts)

    @property
    def hours(self) -> int:
        return sum(part.hours for part in self.parts)


def summarise(session: Session, order: Order) -> Summary:
    """Reads an order's lines, courses by kind and last day of study."""
    counts = select(func.count(OrderLine.learner_id.distinct()), func.count().filter(OrderLine.award != ""))
    people, awards = session.execute(counts.where(OrderLine.order_id == order.id)).one()
    last_day = session.scalar(
        select(func.max(TrainingClass.study_until))
        .join(OrderLine, OrderLine.class_id == TrainingClass.id)
        .where(OrderLine.order_id == order.id)
    )
    return Summary(_lines(session, order), people, _parts(session, order), last_day, awards > 0)


def class_name(line: OrderLine) -> str:
    """丰润区一班: a class is known by its division and name."""
    found = line.training_class
    return f"{found.division.name}{found.name}" if found else ""


def _lines(session: Session, order: Order) -> tuple[OrderLine, ...]:
    query = (
        select(OrderLine)
        .where(OrderLine.order_id == order.id)
        .options(joinedload(OrderLine.learner), joinedload(OrderLine.training_class).joinedload(TrainingClass.division))
        .order_by(OrderLine.id)
        .limit(SHOWN)
    )
    return tuple(session.scalars(query))


def _parts(session: Session, order: Order) -> tuple[Part, ...]:
    rows = session.execute(
        select(
            LineCourse.kind,
            func.count(LineCourse.id),
            func.sum(LineCourse.hours),
            func.sum(LineCourse.price),
        )
        .join(OrderLine, OrderLine.id == LineCourse.line_id)
        .where(OrderLine.order_id == order.id)
        .group_by(LineCourse.kind)
    )
    parts = [Part(kind, courses, int(hours), int(price)) for kind, courses, hours, price in rows]
    return tuple(sorted(parts, key=lambda part: KINDS.index(part.kind) if part.kind in KINDS else len(KINDS)))
