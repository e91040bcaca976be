"""Telling the portal what has arrived: a job per receipt, and a look for those that were never told."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from portal.kit import JobContext, JobSpec, db, hear
from portal_pay_transfer.models import Receipt
from portal_pay_transfer.provider import BankTransfer, notice
from portal_pay_transfer.service import TELL


def tell(context: JobContext) -> None:
    """Tells of one receipt. Told twice it is known the second time."""
    with db.read() as session:
        receipt = session.get_one(Receipt, context.payload["receipt_id"], options=[joinedload(Receipt.transfer)])
    hear(BankTransfer.key, notice(receipt), context.moment)
    with db.write() as session:
        session.execute(update(Receipt).where(Receipt.id == receipt.id).values(told_at=context.moment))


def tell_what_is_owed(context: JobContext) -> None:
    """What was matched while this plugin or its worker was off."""
    with db.read() as session:
        owed = session.scalars(select(Receipt.id).where(Receipt.told_at.is_(None)).order_by(Receipt.id)).all()
    for receipt_id in owed:
        tell(JobContext(context.id, {"receipt_id": receipt_id}, context.attempt, context.moment))


JOBS = (JobSpec(TELL, tell), JobSpec("pay_transfer.owed", tell_what_is_owed, every=timedelta(minutes=10)))
