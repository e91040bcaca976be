"""Who works on which item of a queue: one member of staff takes it, all see who, until it is decided or given back.

An item held by somebody is decided by nobody else; whoever may write the screen may take it over, which stands in the
audit trail like everything here. What somebody holds is a row per item and goes with the decision.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Integer,
    String,
    cast,
    delete,
    func,
    inspect,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, foreign, mapped_column, object_session, relationship, remote

from portal import db
from portal.access.visitor import account
from portal.audit import service as audit
from portal.db import UtcDateTime
from portal.errors import Conflict
from portal.people.models import Account
from portal.staff.actions import Action
from portal.staff.screens import Column, Filter, primary_key
from portal.staff.shapes import Shape

TAKEN_BY = _l("Taken by")
QUICKER = _l("Somebody else was quicker. Look who has taken this.")


class Claim(Model):
    """An item somebody works on. `item` is the key of its screen and its own, like "organisations:17"."""

    __tablename__ = "staff_claim"

    id: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(String(80), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship(lazy="joined")


def take(session: Session, item: str, account_id: int, now: datetime) -> None:
    """:raises Conflict: somebody has it."""
    if db.insert_unless(session, Claim, "item", {"item": item, "account_id": account_id, "taken_at": now}) is None:
        raise Conflict(QUICKER)


def take_over(session: Session, item: str, former_id: int, account_id: int, now: datetime) -> None:
    """From `former_id`. :raises Conflict: that is no longer who has it."""
    held = update(Claim).where(Claim.item == item, Claim.account_id == former_id)
    if not db.changed(session, held.values(account_id=account_id, taken_at=now)):
        raise Conflict(QUICKER)


def give_back(session: Session, item: str, account_id: int) -> None:
    """:raises Conflict: it is not theirs."""
    held = delete(Claim).where(Claim.item == item, Claim.account_id == account_id)
    if not db.changed(session, held):
        raise Conflict(QUICKER)


def holder(session: Session, item: str) -> int | None:
    """Whose account works on it."""
    return session.scalar(select(Claim.account_id).where(Claim.item == item))


@dataclass(frozen=True)
class Queue:
    """The items of a screen: `key` is the screen's, `decisions` the steps by which an item is decided."""

    key: str
    decisions: tuple[Action, ...]

    def actions(self) -> tuple[Action, ...]:
        """The decisions, closed to all but the holder where there is one, and the steps of taking and giving back."""
        return (
            Action(
                "take",
                _l("Take it"),
                _l("Your colleagues see that you work on this, and leave it to you."),
                self._take,
                _l("It is yours until you decide it or give it back."),
                lambda row: self._waits(row) and self._holder(row) is None,
            ),
            *(replace(one, run=self._ending(one), applies=self._mine_or_free(one)) for one in self.decisions),
            Action(
                "give_back",
                _l("Give it back"),
                _l("Your colleagues see that nobody works on this."),
                self._give_back,
                _l("Given back."),
                lambda row: self._holder(row) == account().id,
            ),
            Action(
                "take_over",
                _l("Take it over"),
                _l("A colleague works on this, as the page says. From now on it is yours; ask them before."),
                self._take_over,
                _l("It is yours until you decide it or give it back."),
                lambda row: self._waits(row) and self._holder(row) not in (None, account().id),
            ),
        )

    def item(self, row: Any) -> str:
        """The name of a row."""
        (pk,) = inspect(row).identity
        return f"{self.key}:{pk}"

    def _waits(self, row: Any) -> bool:
        return any(one.applies(row) for one in self.decisions)

    def _holder(self, row: Any) -> int | None:
        session = object_session(row)
        assert session is not None  # rows of pages and of steps belong to one
        return holder(session, self.item(row))

    def _mine_or_free(self, decision: Action) -> Callable[[Any], bool]:
        return lambda row: decision.applies(row) and self._holder(row) in (None, account().id)

    def _ending(self, decision: Action) -> Callable[..., Any]:
        """The step itself; who held the item holds it no longer."""

        def run(session: Session, row: Any, said: Mapping[str, Any], actor_id: int, now: datetime) -> Any:
            item = self.item(row)
            result = decision.run(session, row, said, actor_id, now)
            session.execute(delete(Claim).where(Claim.item == item))
            return result

        return run

    def _take(self, session: Session, row: Any, _said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
        take(session, self.item(row), actor_id, now)
        audit.record(session, actor_id, "item.taken", row)

    def _give_back(self, session: Session, row: Any, _said: Mapping[str, Any], actor_id: int, _now: datetime) -> None:
        give_back(session, self.item(row), actor_id)
        audit.record(session, actor_id, "item.given_back", row)

    def _take_over(self, session: Session, row: Any, _said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
        former = self._holder(row)
        assert former is not None  # `applies` was asked in this transaction
        take_over(session, self.item(row), former, actor_id, now)
        audit.record(session, actor_id, "item.taken_over", row, after={"from": former})


def reviewed(key: str, *decisions: Action) -> tuple[Action, ...]:
    """The actions of a queue whose items one member of staff takes, from its decisions."""
    return Queue(key, decisions).actions()


def column(model: type[Model], key: str) -> Column:
    """Who has taken an item, for the columns of its screen. It gives the model what joins it with its claim."""
    item = literal(f"{key}:").concat(cast(primary_key(model), String))
    joined = remote(foreign(Claim.item)) == item
    setattr(model, "staff_claim", relationship(Claim, primaryjoin=joined, viewonly=True, uselist=False))  # noqa: B010
    return Column("taken_by", TAKEN_BY, Shape(_name, _name, _name), "staff_claim.account")


def taken(model: type[Model], key: str) -> Filter:
    """What the visitor has taken, or nobody has: for the filters of a queue. Read from the claims, which are few."""
    pk, start = primary_key(model), f"{key}:"
    own = select(cast(func.substr(Claim.item, len(start) + 1), Integer))
    own = own.where(Claim.item.startswith(start, autoescape=True))

    def where(value: str) -> ColumnElement[bool]:
        found: ColumnElement[bool] = pk.in_(own.where(Claim.account_id == account().id))
        return found if value == "me" else pk.not_in(own)

    return Filter("taken", TAKEN_BY, choices={"me": _l("Me"), "nobody": _l("Nobody")}, where=where)


def _name(who: Account | None) -> str:
    return str(who.get_full_name()) if who is not None else ""
