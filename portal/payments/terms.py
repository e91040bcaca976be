"""What would go back for lines of a paid order, and why, in one sentence: said before anybody asks. Read-only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.orders.models import Order, OrderLine
from portal.orders.states import PAID
from portal.payments import invoice_states, refund_states, states
from portal.payments.models import InvoiceRequest, Payment, Refund
from portal.rules.models import RuleSet
from portal.rules.rules import Refunds, RefundStep
from portal.study import share


@dataclass(frozen=True)
class Facts:
    """What the rule looks at. Price in fen, whole days since the payment, per cent studied."""

    price: int
    days: int
    studied: int
    invoiced: bool = False


@dataclass(frozen=True)
class Terms:
    """What goes back (fen; 0: nothing), why, and whether the invoice is cancelled first."""

    amount: int
    sentence: object
    red_letter: bool = False


@dataclass(frozen=True)
class Offer:
    """The terms of one line."""

    line: OrderLine
    terms: Terms

    @property
    def amount(self) -> int:
        return self.terms.amount


def judge(rule: Refunds, facts: Facts) -> Terms:
    """The rule applied to the facts. Pure."""
    if facts.price == 0:
        return Terms(0, _l("It was free: there is nothing to give back."))
    if facts.invoiced and rule.invoiced == "refuse":
        return Terms(0, _l("An invoice was issued for this order, so nothing can be given back."))
    step = rule.step(facts.days, facts.studied)
    amount = step.amount(facts.price, facts.studied) if step else 0
    if step is None or amount == 0:
        return Terms(0, _refusal(rule, facts))
    return Terms(amount, _promise(step, facts, amount), red_letter=facts.invoiced)


def in_a_sentence(session: Session, order: Order) -> object:
    """The refund rule an order was placed under, for whoever is about to pay."""
    rule = session.get_one(RuleSet, order.rule_set_id).rules.refunds
    if not rule.steps:
        return _l("A paid order is not given back.")
    first = rule.steps[0]
    values = {"days": first.days, "studied": first.studied}
    if first.back == "whole" and first.share == 100 and first.studied == 0:
        whole = _l("Within %(days)s days and before studying: everything goes back.", days=first.days)
    else:
        whole = _l("Within %(days)s days and up to %(studied)s percent studied: a part goes back.", **values)
    if len(rule.steps) == 1:
        return whole
    return _l(
        "%(first)s Later, up to %(days)s days after paying and %(studied)s percent studied, a part; "
        "the amount is shown before you ask.",
        first=whole,
        days=rule.last_day,
        studied=rule.most_studied,
    )


def price_now(session: Session, order: Order, line: OrderLine, now: datetime) -> int:
    """What the rule gives back for one line at this moment, in fen, whatever has been asked for it already.

    "Days" end when it was asked; only what was studied meanwhile can make it less.
    """
    rule = session.get_one(RuleSet, order.rule_set_id).rules.refunds
    asked_at = session.scalar(
        select(Refund.created_at).where(Refund.line_id == line.id, Refund.state == refund_states.PROPOSED)
    )
    days = ((asked_at or now) - order.paid_at).days if order.paid_at else 0
    studied = share.of_lines(session, [line.id]).get(line.id, 0)
    return judge(rule, Facts(line.price, days, studied, _invoiced(session, order))).amount


def offers(session: Session, order: Order, lines: Sequence[OrderLine], now: datetime) -> list[Offer]:
    """The terms of each line, in a handful of statements however many there are."""
    rule = session.get_one(RuleSet, order.rule_set_id).rules.refunds
    blocked = _blocked(session, order, lines)
    studied = share.of_lines(session, [line.id for line in lines])
    invoiced = _invoiced(session, order)
    days = (now - order.paid_at).days if order.paid_at else 0
    return [
        Offer(
            line,
            blocked.get(line.id) or judge(rule, Facts(line.price, days, studied.get(line.id, 0), invoiced)),
        )
        for line in lines
    ]


def paying(session: Session, order_id: int) -> Payment | None:
    """The payment that paid an order; None for one that was free or was marked as paid by the office."""
    found: Payment | None = session.scalar(
        select(Payment).where(
            Payment.order_id == order_id,
            Payment.confirmed_at.is_not(None),
            Payment.state.in_((states.PAID, states.REFUNDED)),
        )
    )
    return found


def _blocked(session: Session, order: Order, lines: Sequence[OrderLine]) -> dict[int, Terms]:
    """Lines no rule needs to look at."""
    if order.state != PAID:
        sentence = _l("This order is not paid, or has gone back already.")
        return {line.id: Terms(0, sentence) for line in lines}
    if paying(session, order.id) is None:
        sentence = _l("This was not paid on this platform; please ask the office.")
        return {line.id: Terms(0, sentence) for line in lines if line.price}
    asked = session.scalars(
        select(Refund.line_id).where(
            Refund.line_id.in_([line.id for line in lines]), Refund.state.in_(refund_states.LIVE)
        )
    )
    found = {line_id: Terms(0, _l("A refund of this is under way.")) for line_id in asked if line_id is not None}
    gone = _l("It has been given back already.")
    return found | {line.id: Terms(0, gone) for line in lines if line.refunded_at is not None}


def _invoiced(session: Session, order: Order) -> bool:
    issued = (invoice_states.ISSUED, invoice_states.RED_DUE)
    query = select(InvoiceRequest.id).where(InvoiceRequest.order_id == order.id, InvoiceRequest.state.in_(issued))
    return session.scalar(query.limit(1)) is not None


def _promise(step: RefundStep, facts: Facts, amount: int) -> object:
    if amount == facts.price:
        return _l(
            "Paid %(days)s days ago, nothing to deduct: all of %(amount)s yuan goes back.",
            days=facts.days,
            amount=yuan(amount),
        )
    values = {"days": facts.days, "studied": facts.studied, "amount": yuan(amount), "price": yuan(facts.price)}
    if step.back == "unstudied":
        return _l(
            "Paid %(days)s days ago, %(studied)s percent studied: "
            "%(amount)s of %(price)s yuan go back, for what is not studied yet.",
            **values,
        )
    return _l(
        "Paid %(days)s days ago, %(studied)s percent studied: %(amount)s of %(price)s yuan go back.",
        **values,
    )


def _refusal(rule: Refunds, facts: Facts) -> object:
    if facts.days > rule.last_day:
        return _l(
            "It was paid %(days)s days ago; a refund can be asked for within %(most)s days.",
            days=facts.days,
            most=rule.last_day,
        )
    if facts.studied > rule.most_studied:
        return _l(
            "%(studied)s percent of it is studied; a refund is possible up to %(most)s percent.",
            studied=facts.studied,
            most=rule.most_studied,
        )
    return _l(
        "Paid %(days)s days ago and %(studied)s percent studied: more than the refund rule allows together.",
        days=facts.days,
        studied=facts.studied,
    )


def yuan(fen: int) -> str:
    """An amount inside a sentence."""
    return f"{fen / 100:,.2f}"
