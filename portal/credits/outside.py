"""校外学时: hours earned elsewhere, claimed with evidence, converted by the year's rules, credited once staff agree.

    open -> credited | refused | withdrawn

What a claim is worth is said at once, and counted again when it is agreed: the year takes only so much of each way.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from portal import clock, db
from portal.audit import service as audit
from portal.credits import service
from portal.credits.models import Credit, OutsideActivity
from portal.errors import Conflict, NotFound, Refused
from portal.messages import service as messages
from portal.people.models import Learner
from portal.photos.checks import Checked
from portal.rules import service as rules
from portal.rules.models import RuleSet
from portal.storage import current_storage, delete_after
from portal.types import Problem

OPEN, CREDITED, REFUSED, WITHDRAWN = "open", "credited", "refused", "withdrawn"
OPEN_MOST = 20
AMOUNT_MOST = 1000
TEXT_LONGEST, REASON_LONGEST = 120, 300
URL = "/centre/transcript"


@dataclass(frozen=True)
class Claim:
    """What somebody says they did elsewhere. The year is that of `done_on`; `amount` in units of the way."""

    way: str
    title: str
    place: str
    done_on: date
    amount: int


def ask(session: Session, learner_id: int, claim: Claim, picture: Checked | None, now: datetime) -> OutsideActivity:
    """A claim with its evidence, to be decided by staff. Nothing is credited yet.

    :raises Refused: the year has no rules or is over, the way has no room left, something is missing or too long
    :raises Conflict: too many claims wait already
    """
    waiting = select(func.count()).select_from(OutsideActivity)
    mine = OutsideActivity.learner_id == learner_id
    if (session.scalar(waiting.where(mine, OutsideActivity.state == OPEN)) or 0) >= OPEN_MOST:
        raise Conflict(_l("%(count)s claims wait already. Wait until the office has decided them.", count=OPEN_MOST))
    found = rules.of_years(session, [claim.done_on.year], now).get(claim.done_on.year)
    problems = [*_text_problems(claim), *_year_problems(claim, found, clock.today(now))]
    way = found.rules.way(claim.way) if found else None
    hours = way.worth(claim.amount, _had(session, learner_id, claim.done_on.year, claim.way)) if way else 0
    if way and not problems and not hours:
        problems.append(Problem(_l("This year takes no more hours of this way."), "way"))
    if picture is None:
        problems.append(
            Problem(_l("Add a picture that proves it: a certificate, a programme with your name."), "evidence")
        )
    if problems or found is None or way is None or picture is None:
        raise Refused(problems=problems)
    key = f"evidence/{now:%Y/%m}/{secrets.token_hex(16)}.jpg"
    activity = OutsideActivity(
        **vars(claim),
        learner_id=learner_id,
        year=claim.done_on.year,
        kind=way.kind,
        hours=hours,
        rule_set_id=found.id,
        storage_key=key,
        sha256=current_storage().put(key, picture.data, personal=True),
        state=OPEN,
        created_at=now,
    )
    session.add(activity)
    session.flush()
    account_id = session.get_one(Learner, learner_id).account_id
    audit.record(session, account_id, "outside_claimed", activity, after={"hours": hours})
    return activity


def withdraw(session: Session, learner_id: int, activity_id: int, now: datetime) -> None:
    """The learner takes a claim back. :raises NotFound: none of theirs, or decided already."""
    activity = session.get(OutsideActivity, activity_id)
    if activity is None or activity.learner_id != learner_id or not _settle(session, activity, WITHDRAWN, now):
        raise NotFound(f"outside activity {activity_id}")
    audit.record(session, activity.learner.account_id, "outside_withdrawn", activity)


def agree(session: Session, activity_id: int, staff_id: int, now: datetime) -> Credit:
    """Staff agree: the hours are credited to the year of the activity, as far as the year takes them; once.

    :raises Conflict: it was decided or withdrawn meanwhile, or the year takes no more of this way
    """
    activity = session.get_one(OutsideActivity, activity_id)
    way = activity.rule_set.rules.way(activity.way)
    had = _credited(session, activity.learner_id, activity.year, activity.way)
    hours = way.worth(activity.amount, had) if way else 0
    if not hours:
        raise Conflict(_l("This year takes no more hours of this way."))
    if not _settle(session, activity, CREDITED, now, staff_id):
        raise Conflict(_l("This claim has been decided or withdrawn already."))
    credit = service.earn(
        session,
        learner_id=activity.learner_id,
        year=activity.year,
        kind=activity.kind,
        hours=hours,
        title=activity.title,
        source="outside",
        employer_name=service.employer_at(session, activity.learner_id, now),
        now=now,
    )
    activity.hours, activity.credit_id = hours, credit.id
    audit.record(session, staff_id, "outside_credited", activity, after={"hours": hours})
    messages.post(
        session,
        activity.learner.account_id,
        "outside_credited",
        url=URL,
        title=activity.title,
        hours=f"{hours / 100:g}",
    )
    return credit


def refuse(session: Session, activity_id: int, staff_id: int, reason: str, now: datetime) -> None:
    """Staff do not agree; the learner reads why.

    :raises Refused: no reason, or a long one
    :raises Conflict: it was decided or withdrawn meanwhile
    """
    if not 0 < len(reason.strip()) <= REASON_LONGEST:
        sentence = _l("Write why, in at most %(count)s characters.", count=REASON_LONGEST)
        raise Refused(sentence, [Problem(sentence, "reason")])
    activity = session.get_one(OutsideActivity, activity_id)
    if not _settle(session, activity, REFUSED, now, staff_id):
        raise Conflict(_l("This claim has been decided or withdrawn already."))
    activity.reason = reason.strip()
    audit.record(session, staff_id, "outside_refused", activity, reason=activity.reason)
    messages.post(session, activity.learner.account_id, "outside_refused", url=URL, title=activity.title)


def of_learner(session: Session, learner_id: int) -> list[OutsideActivity]:
    """All claims of a learner, newest first."""
    query = select(OutsideActivity).where(OutsideActivity.learner_id == learner_id)
    return list(session.scalars(query.order_by(OutsideActivity.id.desc())))


def picture(session: Session, activity_id: int) -> bytes:
    """The evidence as JPEG. :raises NotFound: unknown, or removed after its time."""
    found = session.get(OutsideActivity, activity_id)
    if found is None or found.shredded_at is not None:
        raise NotFound(f"evidence of {activity_id}")
    return current_storage().get(found.storage_key)


def shred(session: Session, activities: Select[int], now: datetime) -> int:
    """Removes the pictures of these claims (a SELECT of their ids); that there were some stays."""
    query = select(OutsideActivity).where(OutsideActivity.id.in_(activities), OutsideActivity.shredded_at.is_(None))
    found = list(session.scalars(query))
    for activity in found:
        activity.shredded_at = now
    delete_after(session, [activity.storage_key for activity in found])
    return len(found)


def forget(session: Session, learner_id: int, now: datetime) -> None:
    """Of somebody who leaves: what waits is withdrawn, and every picture goes."""
    for activity in of_learner(session, learner_id):
        _settle(session, activity, WITHDRAWN, now)
    shred(session, select(OutsideActivity.id).where(OutsideActivity.learner_id == learner_id), now)


def old(before: datetime) -> Select[int]:
    """Claims decided before a moment."""
    return select(OutsideActivity.id).where(OutsideActivity.state != OPEN, OutsideActivity.decided_at < before)


def _text_problems(claim: Claim) -> list[Problem]:
    found = []
    for name, said in (("title", claim.title), ("place", claim.place)):
        if not said:
            found.append(Problem(_l("This is needed."), name))
        elif len(said) > TEXT_LONGEST:
            found.append(Problem(_l("At most %(count)s characters.", count=TEXT_LONGEST), name))
    if not 1 <= claim.amount <= AMOUNT_MOST:
        found.append(Problem(_l("Enter a whole number from 1 to %(most)s.", most=AMOUNT_MOST), "amount"))
    return found


def _year_problems(claim: Claim, found: RuleSet | None, today: date) -> list[Problem]:
    if claim.done_on > today:
        return [Problem(_l("This day has not come yet."), "done_on")]
    if found is None:
        return [Problem(_l("There are no rules for that year, so its hours cannot be counted here."), "done_on")]
    last = found.rules.last_day(claim.done_on.year)
    if last is not None and today > last:
        sentence = _l("Hours of that year could be made up until %(day)s.", day=clock.lazily_spoken(last))
        return [Problem(sentence, "done_on")]
    return [] if found.rules.way(claim.way) else [Problem(_l("Choose what it was."), "way")]


def _had(session: Session, learner_id: int, year: int, way: str) -> int:
    """Hours of a way that are credited or may be: what waits is not promised twice."""
    waiting = session.scalar(
        select(func.sum(OutsideActivity.hours)).where(
            OutsideActivity.learner_id == learner_id,
            OutsideActivity.year == year,
            OutsideActivity.way == way,
            OutsideActivity.state == OPEN,
        )
    )
    return int(waiting or 0) + _credited(session, learner_id, year, way)


def _credited(session: Session, learner_id: int, year: int, way: str) -> int:
    """Hours of a way that stand in the ledger."""
    query = (
        select(func.sum(Credit.hours))
        .join(OutsideActivity, OutsideActivity.credit_id == Credit.id)
        .where(OutsideActivity.learner_id == learner_id, OutsideActivity.year == year, OutsideActivity.way == way)
        .where(Credit.reversed_by.is_(None))
    )
    return int(session.scalar(query) or 0)


def _settle(session: Session, activity: OutsideActivity, state: str, now: datetime, by: int | None = None) -> bool:
    still = update(OutsideActivity).where(OutsideActivity.id == activity.id, OutsideActivity.state == OPEN)
    return bool(db.changed(session, still.values(state=state, decided_at=now, decided_by=by)))
