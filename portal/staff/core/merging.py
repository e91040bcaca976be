"""合并账号: two accounts of one person become one. Asked for on a learner's row; what it means is shown before."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal import db
from portal.errors import NotFound, Refused
from portal.merging import review, service
from portal.people.models import Learner
from portal.staff import scope
from portal.staff.actions import Action, Ask
from portal.types import Problem

NOBODY = _l("No learner of your divisions logs in with that.")


def in_reach(other: Learner) -> bool:
    """Whether the visitor may decide about this learner too."""
    codes = scope.current().codes
    return codes is None or other.division_code in codes


def look(session: Session, row: Learner, said: Mapping[str, Any], actor_id: int, now: datetime) -> tuple[int, str]:
    """The other account, and why it is asked for. Writes nothing.

    :raises Refused: nobody of these divisions has that user name, or the two cannot be joined.
    """
    try:
        other = service.find(session, row, said["login"], in_reach)
    except NotFound as unknown:
        raise Refused(NOBODY, [Problem(NOBODY, "login")]) from unknown
    return other.id, str(said["reason"])


def show(row: Learner, asked: tuple[int, str], rows: str) -> ResponseReturnValue:
    """The page that says what would move and asks once more."""
    found = review.review(db.reader(), row, db.reader().get_one(Learner, asked[0]))
    back = url_for("staff_learners.show", pk=row.id)
    return render_template("staff/merge.html", found=found, reason=asked[1], problem="", fault="", back=back)


MERGE = Action(
    "merge",
    _l("Join another account to this one"),
    _l("The next page says what would move; nothing happens before you confirm it there."),
    look,
    applies=lambda row: row.account.active and row.merged_into is None,
    asks=(
        Ask("login", _l("The other account"), "line", hint=_l("ID number, phone, e-mail or user name"), most=120),
        Ask("reason", _l("How it is known that both are one person"), hint=_l("It stands in the audit trail")),
    ),
    answer=show,
)
