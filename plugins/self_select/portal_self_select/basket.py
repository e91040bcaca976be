"""The basket: courses chosen and not ordered yet, kept as a draft of the core on every device."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kit import Draft, Learner, Order, clock, current_settings, drafts
from portal_self_select import MODE

KEY = "basket"
MOST = 60  # courses in one order


@dataclass(frozen=True)
class Basket:
    """Course ids in the order chosen. `token` is drawn once and makes the order's key.

    `replaces` is the number of the unpaid order these courses are to take the place of.
    """

    token: str
    courses: tuple[int, ...] = ()
    version: int = 0
    replaces: str = ""

    @property
    def key(self) -> str:
        """Key of the order these courses make: other courses make another order, a double click does not."""
        return f"{MODE}:{self.token}:{self.version}"


def load(session: Session, learner: Learner) -> Basket:
    """The learner's basket, an empty one when there is none."""
    draft = drafts.load(session, learner.account_id, MODE, KEY, clock.now())
    return _basket(draft) if draft else Basket(secrets.token_urlsafe(18))


def add(session: Session, learner: Learner, *course_ids: int) -> Basket:
    """Puts courses in; twice is once. What does not fit into a full basket stays out."""
    kept = load(session, learner)
    wanted = tuple(dict.fromkeys((*kept.courses, *course_ids)))[:MOST]
    return kept if wanted == kept.courses else _save(session, learner, replace(kept, courses=wanted))


def remove(session: Session, learner: Learner, course_id: int) -> Basket:
    """Takes a course out; what is not in it stays out."""
    kept = load(session, learner)
    if course_id not in kept.courses:
        return kept
    return _save(session, learner, replace(kept, courses=tuple(one for one in kept.courses if one != course_id)))


def reopen(session: Session, learner: Learner, number: str, course_ids: Collection[int]) -> None:
    """The courses of an unpaid order are chosen anew, before what waited in the basket."""
    kept = load(session, learner)
    if kept.replaces != number:
        wanted = tuple(dict.fromkeys((*course_ids, *kept.courses)))[:MOST]
        _save(session, learner, replace(kept, courses=wanted, replaces=number))


def leave(session: Session, learner: Learner, course_ids: Collection[int]) -> None:
    """The order these were ordered with stays as it is; what else was chosen waits on."""
    kept = load(session, learner)
    rest = tuple(one for one in kept.courses if one not in course_ids)
    if rest:
        _save(session, learner, replace(kept, courses=rest, replaces=""))
    else:
        empty(session, learner)


def replaced(session: Session, learner: Learner, kept: Basket) -> Order | None:
    """The order that is being changed, as long as it waits for money."""
    query = select(Order).where(Order.number == kept.replaces, Order.buyer_id == learner.account_id)
    found: Order | None = session.scalar(query.where(Order.state == "placed")) if kept.replaces else None
    return found


def empty(session: Session, learner: Learner) -> None:
    """The courses have become an order."""
    drafts.drop(session, learner.account_id, MODE, KEY)


def _save(session: Session, learner: Learner, basket: Basket) -> Basket:
    draft = drafts.save(
        session,
        learner.account_id,
        MODE,
        KEY,
        KEY,
        {"token": basket.token, "courses": list(basket.courses), "replaces": basket.replaces},
        basket.version,
        clock.now(),
        current_settings().draft_days,
    )
    return _basket(draft)


def _basket(draft: Draft) -> Basket:
    # Baskets filled before orders could be changed say nothing about one.
    return Basket(draft.data["token"], tuple(draft.data["courses"]), draft.version, draft.data.get("replaces", ""))
