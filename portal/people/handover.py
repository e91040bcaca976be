"""Who somebody is, when two accounts of theirs become one: user names, contacts, employers; the other one is closed."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from portal.people import claims, login_names
from portal.people.models import Correction, Employment, Learner, LoginName, OneTimeCode


def hand_over(session: Session, other: Learner, kept: Learner, now: datetime) -> None:
    """Every user name of `other` leads to `kept` from now on; its logins end, its codes and requests lapse.

    `kept` stays what it is: name, ID, employer, password. It takes over a phone or an address only where it has none.
    """
    _number(session, other, kept)
    session.execute(
        update(LoginName).where(LoginName.account_id == other.account_id).values(account_id=kept.account_id)
    )
    live = update(OneTimeCode).where(OneTimeCode.account_id == other.account_id, OneTimeCode.used_at.is_(None))
    session.execute(live.values(used_at=now))
    asked = update(Correction).where(Correction.learner_id == other.id, Correction.state == "open")
    session.execute(asked.values(state="withdrawn", decided_at=now))
    _employers(session, other, kept, now)
    if kept.phone is None:
        kept.phone, kept.phone_index = other.phone, other.phone_index
    if kept.email is None:
        kept.email, kept.email_index = other.email, other.email_index
    other.phone = other.phone_index = other.email = other.email_index = None
    other.merged_into, other.account.active = kept.id, False
    other.account.credentials_version += 1
    session.execute(update(Learner).where(Learner.merged_into == other.id).values(merged_into=kept.id))
    session.flush()


def _number(session: Session, other: Learner, kept: Learner) -> None:
    """What was in doubt between the two is settled: the number is that of `kept`."""
    ended = [other.account_id]
    if kept.in_doubt and claims.holder(session, kept) is other:
        right, other.id_index = other.id_index, f"joined {other.id}"
        session.flush()
        kept.id_index = right
        ended.append(kept.account_id)
    session.execute(delete(LoginName).where(LoginName.account_id.in_(ended), LoginName.kind == login_names.CLAIM))


def _employers(session: Session, other: Learner, kept: Learner, now: datetime) -> None:
    """The other account's employers are history of the person; the present one is that of `kept`."""
    open_ones = update(Employment).where(Employment.learner_id == other.id, Employment.valid_to.is_(None))
    session.execute(open_ones.values(valid_to=now))
    session.execute(update(Employment).where(Employment.learner_id == other.id).values(learner_id=kept.id))
    session.expire(other, ["employments"])
    session.expire(kept, ["employments"])
