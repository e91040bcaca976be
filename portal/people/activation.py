"""Accounts of the old platform: who may open one.

Their common initial password is printed in a guide and colleagues know each other's ID numbers, so neither proves
anything. The phone number on file does; attempts are counted by the caller.
"""

from hmac import compare_digest

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people import contact, login_names
from portal.people.models import Account, Learner, LoginName
from portal.vault import current_vault


def find(session: Session, id_number: str, phone: str) -> Learner | None:
    """The learner who waits for activation and has this ID number and this phone number on file, or None.

    Unknown numbers, wrong phones, active accounts and accounts without a phone are told apart nowhere.
    """
    query = (
        select(Learner)
        .join(Account, Account.id == Learner.account_id)
        .join(LoginName, LoginName.account_id == Account.id)
        .where(
            LoginName.value.in_(login_names.indexes(id_number, login_names.OF_IDS)), Account.must_change, Account.active
        )
    )
    learner = session.scalar(query)
    given = current_vault().blind("phone", contact.normal_phone(phone))
    kept = learner.phone_index if learner else None
    return learner if compare_digest(kept or "-", given) else None
