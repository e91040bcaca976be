"""Refunds: asked for, decided, sent, booked. Money is held back from its payment before anything is promised.

Called with the ids of people who decide; who may is a matter of staff screens. No provider is called here.
"""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portal import jobs
from portal.audit import service as audit
from portal.errors import Conflict, NotFound, Refused
from portal.messages import service as messages
from portal.orders import service as orders
from portal.orders import states as order_states
from portal.orders.models import Order, OrderLine
from portal.payments import invoice_states, refund_states, states, terms
from portal.payments.models import InvoiceRequest, Payment, Refund
from portal.payments.provider import RefundAnswer
from portal.payments.service import holding, invoices
from portal.types import Problem

SEND = "payments.refund"  # key of the job that sends one

_MOVED_ON = _l("This refund has been decided already.")
_NO_REASON = _l("Write why: whoever asked will read it.")


def ask(
    session: Session, order: Order, line_ids: Sequence[int], words: str, account_id: int, now: datetime
) -> list[Refund]:
    """The buyer asks for lines of a paid order, each by the terms of this moment.

    :raises NotFound: a line is not of this order.
    :raises Refused: nothing was chosen, or a line cannot be given back; one problem each, nothing is asked.
    """
    lines = [line for line in order.lines if line.id in set(line_ids)]
    if len(lines) < len(set(line_ids)):
        raise NotFound("order line")
    if not lines:
        raise Refused(_l("Choose what you want to give back."), [Problem(_l("Choose at least one."), "lines")])
    offers = terms.offers(session, order, lines, now)
    impossible = [Problem(offer.terms.sentence, "lines") for offer in offers if not offer.amount]
    if impossible:
        raise Refused(_l("This cannot be given back"), impossible)
    payment = terms.paying(session, order.id)
    assert payment is not None  # the terms say so
    return [
        holding.set_aside(
            session, payment, offer.amount, refund_states.ASKED, now, offer.line, words=words, by=account_id
        )
        for offer in offers
    ]


def withdraw(session: Session, refund_id: int, account_id: int, now: datetime) -> None:
    """Who asked thinks better of it. :raises Conflict: it has been decided already."""
    refund = session.get_one(Refund, refund_id)
    if not refund_states.move(session, refund_id, refund_states.WITHDRAWN, decided_at=now):
        raise Conflict(_MOVED_ON)
    holding.let_go(session, refund.payment_id, refund.amount)
    audit.record(session, account_id, "refund.withdrawn", refund)


def propose(
    session: Session, order: Order, line_id: int, amount: int, actor_id: int, reason: str, now: datetime
) -> Refund:
    """The office proposes a refund beside the rule, at most the price of the line. Somebody still has to approve it.

    :raises Refused: no reason, or an amount that cannot be; :raises Conflict: the line is not refundable any more.
    """
    line = next((line for line in order.lines if line.id == line_id), None)
    if line is None:
        raise NotFound("order line")
    _need_reason(reason)
    _need_amount(amount, line.price)
    payment = terms.paying(session, order.id)
    if order.state != order_states.PAID or payment is None or line.refunded_at or _live(session, line):
        raise Conflict(_l("This line is not paid here, or a refund of it is under way or done."))
    return holding.set_aside(session, payment, amount, refund_states.STAFF, now, line, words=reason, by=actor_id)


def give_back(session: Session, payment_id: int, actor_id: int, reason: str, now: datetime) -> list[Refund]:
    """The office sends back all money of a payment that pays nothing, also while its order still waits.

    :raises Conflict: there is none.
    """
    _need_reason(reason)
    payment = session.get_one(Payment, payment_id)
    proposed = [
        holding.stray_aside(session, event, payment.note or refund_states.STAFF, now)
        for event in holding.strays(session, payment.order_id)
        if event.payment_id == payment_id
    ]
    waiting = select(Refund).where(
        Refund.payment_id == payment_id, Refund.line_id.is_(None), Refund.state == refund_states.PROPOSED
    )
    session.flush()
    found = list(session.scalars(waiting))
    if not found and not proposed:
        raise Conflict(_l("All money of this payment pays its order, or is on its way back."))
    for refund in found:
        approve(session, refund.id, actor_id, now, answer=reason)
    return found


def approve(
    session: Session, refund_id: int, actor_id: int, now: datetime, *, amount: int | None = None, answer: str = ""
) -> None:
    """The office says yes: the line is taken back at once, the money is sent by a job.

    Another `amount` than asked needs an answer. An invoice that was issued is cancelled by a red-letter invoice
    before the money leaves.

    :raises Conflict: it has been decided, or the terms have become worse since it was asked and no amount is given.
    """
    refund = session.get_one(Refund, refund_id)
    if refund.state != refund_states.PROPOSED:
        raise Conflict(_MOVED_ON)
    if amount is not None and amount != refund.amount:
        _change_amount(session, refund, amount, answer)
    elif refund.reason == refund_states.ASKED:
        _still_due(session, refund, now)
    values = {"decided_by": actor_id, "decided_at": now, "answer": answer.strip()}
    if not refund_states.move(session, refund_id, refund_states.APPROVED, **values):
        raise Conflict(_MOVED_ON)
    order = refund.payment.order
    if refund.line_id is not None:
        orders.take_back(session, order.id, [refund.line_id], "refund", now)
        invoices.after_refund(session, order.id, now)
    audit.record(session, actor_id, "refund.approved", refund, after={"amount": refund.amount}, reason=answer)
    _tell(session, refund, "refund_approved")
    jobs.submit(session, SEND, {"refund_id": refund.id})


def refuse(session: Session, refund_id: int, actor_id: int, answer: str, now: datetime) -> None:
    """The office says no, in words the buyer reads. :raises Refused: no words; :raises Conflict: decided already."""
    _need_reason(answer)
    refund = session.get_one(Refund, refund_id)
    values = {"decided_by": actor_id, "decided_at": now, "answer": answer.strip()}
    if not refund_states.move(session, refund_id, refund_states.REFUSED, **values):
        raise Conflict(_MOVED_ON)
    holding.let_go(session, refund.payment_id, refund.amount)
    audit.record(session, actor_id, "refund.refused", refund, reason=answer)
    _tell(session, refund, "refund_refused")


def book(session: Session, refund_id: int, answer: RefundAnswer, now: datetime) -> bool:
    """Books what a provider said about a refund; False when that is nothing new."""
    refund = session.get_one(Refund, refund_id)
    if answer.state == "by_hand":
        refund.by_hand = True
        return True
    if answer.state == "failed":
        reason = answer.reason[:300]
        failed = refund_states.move(session, refund_id, refund_states.FAILED, error=reason)
        if failed is not None:
            audit.record(session, None, "refund.failed", refund, reason=reason)
        return failed is not None
    return answer.state == "done" and _settle(session, refund, answer.reference, None, now)


def settle_by_hand(session: Session, refund_id: int, reference: str, actor_id: int, now: datetime) -> None:
    """The office has paid a refund itself, under the bank's number `reference`.

    :raises Refused: no number; :raises Conflict: it is not waiting to be paid, or the gateway pays it.
    """
    reference = reference.strip()
    if not 0 < len(reference) <= 80:
        sentence = _l("Write the number the bank gave this transfer, at most 80 characters.")
        raise Refused(sentence, [Problem(sentence, "reference")])
    refund = session.get_one(Refund, refund_id)
    if not (refund.by_hand or refund.state == refund_states.FAILED):
        raise Conflict(_l("This refund is sent by the provider; wait for its answer."))
    if not _settle(session, refund, reference, actor_id, now):
        raise Conflict(_l("This refund is not waiting to be paid."))


def retry(session: Session, refund_id: int, actor_id: int, now: datetime) -> None:
    """Sends a refund again that the gateway refused. :raises Conflict: it was not refused."""
    if not refund_states.move(session, refund_id, refund_states.APPROVED, error=""):
        raise Conflict(_l("Only a refund that failed can be sent again."))
    audit.record(session, actor_id, "refund.sent_again", session.get_one(Refund, refund_id))
    jobs.submit(session, SEND, {"refund_id": refund_id})


def due(session: Session, refund_id: int | None = None) -> list[Refund]:
    """Approved refunds a provider still has to pay, with payment and order; none whose invoice must be cancelled."""
    red_due = select(InvoiceRequest.order_id).where(InvoiceRequest.state == invoice_states.RED_DUE)
    query = (
        select(Refund)
        .join(Payment)
        .options(joinedload(Refund.payment).joinedload(Payment.order))
        .where(Refund.state == refund_states.APPROVED, Refund.by_hand.is_(False), Payment.order_id.not_in(red_due))
    )
    if refund_id is not None:
        query = query.where(Refund.id == refund_id)
    return list(session.scalars(query.order_by(Refund.id)))


def of_order(session: Session, order_id: int) -> list[Refund]:
    """All refunds of an order, oldest first."""
    query = select(Refund).join(Payment).where(Payment.order_id == order_id).order_by(Refund.id)
    return list(session.scalars(query.options(joinedload(Refund.line).joinedload(OrderLine.learner))))


def _settle(session: Session, refund: Refund, reference: str, actor_id: int | None, now: datetime) -> bool:
    values = {"reference": reference, "settled_at": now, "error": ""}
    if not refund_states.move(session, refund.id, refund_states.DONE, **values):
        return False
    payment = refund.payment
    sent = session.scalar(
        select(func.sum(Refund.amount)).where(Refund.payment_id == payment.id, Refund.state == refund_states.DONE)
    )
    if sent == payment.received:
        states.move(session, payment.id, states.REFUNDED, note="")
    audit.record(session, actor_id, "refund.done", refund, after={"reference": reference})
    _tell(session, refund, "refund_done")
    return True


def _change_amount(session: Session, refund: Refund, amount: int, answer: str) -> None:
    if refund.line is None:
        raise Conflict(_l("Money that pays nothing goes back whole."))
    _need_reason(answer)
    _need_amount(amount, refund.line.price)
    holding.hold(session, refund.payment_id, amount - refund.amount)
    refund.amount = amount
    session.flush()


def _still_due(session: Session, refund: Refund, now: datetime) -> None:
    """Who asks and studies on is not given back what was due before; waiting for the office costs nothing."""
    assert refund.line is not None
    amount = terms.price_now(session, refund.payment.order, refund.line, now)
    if amount < refund.amount:
        raise Conflict(
            _l(
                "By the terms of today %(amount)s yuan would go back, less than was asked. Decide on an amount.",
                amount=terms.yuan(amount),
            )
        )


def _live(session: Session, line: OrderLine) -> bool:
    query = select(Refund.id).where(Refund.line_id == line.id, Refund.state.in_(refund_states.LIVE))
    return session.scalar(query.limit(1)) is not None


def _tell(session: Session, refund: Refund, kind: str) -> None:
    order = refund.payment.order
    url = f"/orders/{order.number}"
    messages.post(session, order.buyer_id, kind, url, number=order.number, amount=terms.yuan(refund.amount))


def _need_reason(words: str) -> None:
    if not 0 < len(words.strip()) <= 300:
        raise Refused(_NO_REASON, [Problem(_NO_REASON, "reason")])


def _need_amount(amount: int, most: int) -> None:
    if not 0 < amount <= most:
        sentence = _l("The amount must be between 0.01 and %(most)s yuan.", most=terms.yuan(most))
        raise Refused(sentence, [Problem(sentence, "amount")])
