"""What joining two accounts would mean, read before anybody decides. Nothing here writes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.credits.models import Credit
from portal.messages.models import Message
from portal.orders.models import Order
from portal.people import contact
from portal.people.models import Learner
from portal.plugins import current_plugins
from portal.study.models import Plan


@dataclass(frozen=True)
class Twice:
    """Hours both accounts earned. `kept` was booked first; `dropped` is reversed, so that they count once."""

    kept: Credit
    dropped: Credit


@dataclass(frozen=True)
class Review:
    """`moves`: what goes over, as (words, how many). `said`: what whoever decides should know."""

    kept: Learner
    other: Learner
    moves: Sequence[tuple[object, int]]
    twice: Sequence[Twice]
    said: Sequence[object]


def obstacle(kept: Learner, other: Learner) -> object:
    """Why these two cannot be joined this way round, as a sentence, or None."""
    if other.id == kept.id:
        return _l("This is the same account. Enter a user name or ID number of the other one.")
    came_back = other.closed_at is not None and other.id_number == kept.id_number
    if other.merged_into is not None or not (came_back or other.account.active):
        return _l("The other account is closed or joined already.")
    if contact.normal_name(other.name) != contact.normal_name(kept.name):
        return _l("The names differ. Have the name corrected first; only accounts of one person are joined.")
    if kept.account.must_change and not other.account.must_change:
        return _l("This account was never opened, the other one is in use: open that one and join this one to it.")
    return None


def review(session: Session, kept: Learner, other: Learner) -> Review:
    """What goes over from `other`, counted hours that both have, and what stays double."""
    return Review(
        kept, other, list(_moves(session, other)), twice(session, kept, other), list(_said(session, kept, other))
    )


def twice(session: Session, kept: Learner, other: Learner) -> list[Twice]:
    """Hours of one course and year, or imported hours of one year, kind and amount, that stand in both ledgers."""
    mine = {_same(credit): credit for credit in _live(session, kept)}
    found = []
    for credit in _live(session, other):
        if (known := mine.get(_same(credit))) is not None:
            first, second = sorted((known, credit), key=lambda one: (one.earned_at, one.id))
            found.append(Twice(first, second))
    return found


def _same(credit: Credit) -> tuple[object, ...]:
    if credit.course_id is not None:
        return (credit.course_id, credit.year)
    return (credit.year, credit.kind, credit.hours, credit.title, credit.source)


def _live(session: Session, learner: Learner) -> Sequence[Credit]:
    query = select(Credit).where(Credit.learner_id == learner.id, Credit.reversed_by.is_(None), Credit.hours > 0)
    return session.scalars(query.order_by(Credit.id)).all()


def _moves(session: Session, other: Learner) -> Iterator[tuple[object, int]]:
    counts = (
        (_l("Plans"), Plan, Plan.learner_id == other.id),
        (_l("Entries of hours"), Credit, Credit.learner_id == other.id),
        (_l("Orders"), Order, Order.buyer_id == other.account_id),
        (_l("Messages"), Message, Message.account_id == other.account_id),
    )
    for words, model, mine in counts:
        yield words, session.scalar(select(func.count()).select_from(model).where(mine)) or 0
    for one in current_plugins().ask("personal_data", closed=True, session=session, learner=other):
        yield one.title, len(one.rows)


def _said(session: Session, kept: Learner, other: Learner) -> Iterator[object]:
    if other.account.must_change:
        yield _l("The other account came from the old platform and was never opened.")
    if kept.division_code != other.division_code:
        yield _l("The other account belongs to %(place)s; this one stays where it is.", place=other.division.name)
    for title in _double(_running(session, kept), _running(session, other)):
        yield _l("Both are enrolled in %(title)s. Both plans stay; one may be refunded by its order.", title=title)
    for credit in _differing(_live(session, kept), _live(session, other)):
        yield _l("Hours of the old platform for %(year)s differ in both accounts; both stay.", year=credit.year)


def _running(session: Session, learner: Learner) -> Sequence[Plan]:
    query = select(Plan).where(Plan.learner_id == learner.id, Plan.state != "revoked", Plan.project_id.is_not(None))
    return session.scalars(query.order_by(Plan.id)).all()


def _double(mine: Iterable[Plan], others: Iterable[Plan]) -> list[str]:
    both = {plan.project_id for plan in mine} & {plan.project_id for plan in others}
    return sorted({plan.title for plan in mine if plan.project_id in both})


def _differing(mine: Iterable[Credit], others: Iterable[Credit]) -> list[Credit]:
    """Imported hours of a year and kind that both have, but not the same number of."""
    brought = {(one.year, one.kind): one for one in mine if one.source == "import" and one.course_id is None}
    found = [one for one in others if one.source == "import" and (one.year, one.kind) in brought]
    different = [one for one in found if _same(brought[(one.year, one.kind)]) != _same(one)]
    years = Counter(one.year for one in different)
    return [next(one for one in different if one.year == year) for year in sorted(years)]
