"""Transfers, statement lines, and what pays what. The only writer of this plugin's tables.

Whatever makes money arrive for a transfer writes a `Receipt` in the same transaction and queues the job that tells
the portal; so a crash between the two loses nothing. Who may call is a matter of staff screens.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.kit import Conflict, Problem, Refused, _l, audit, clock, db, submit
from portal_pay_transfer import codes
from portal_pay_transfer.models import Match, Receipt, StatementLine, Transfer
from portal_pay_transfer.statements import Row

TELL = "pay_transfer.tell"
_REASON = _l("Write why, at most 300 characters.")


@dataclass(frozen=True)
class Imported:
    """What an import did: lines that are new, known already, matched by their code, and left for a person."""

    new: int
    known: int
    matched: int
    unmatched: int


def open_transfer(session: Session, payment_number: str, order_number: str, amount: int, now: datetime) -> Transfer:
    """The transfer of a payment; asked again, the same one."""
    found = find(session, payment_number)
    if found is None:
        found = Transfer(payment_number=payment_number, order_number=order_number, amount=amount, opened_at=now)
        found.state, found.matched = "open", 0
        session.add(found)
        session.flush()
    return found


def find(session: Session, payment_number: str) -> Transfer | None:
    """The transfer of a payment, if it was ever announced."""
    found: Transfer | None = session.scalar(select(Transfer).where(Transfer.payment_number == payment_number))
    return found


def keep_slip(session: Session, transfer_id: int, key: str, payer: str, now: datetime) -> None:
    """The payer's proof: where it is stored, and who paid. A newer one replaces it.

    :raises Conflict: the money is there already, or the order is over.
    """
    transfer = session.get_one(Transfer, transfer_id)
    if transfer.state != "open":
        raise Conflict(_l("This transfer no longer waits for money."))
    transfer.slip_key, transfer.slip_at, transfer.slip_answer = key, now, ""
    transfer.payer = payer.strip()[:120]


def answer_slip(session: Session, transfer_id: int, answer: str, actor_id: int) -> None:
    """The office could not use a slip and says why; another one can be uploaded."""
    transfer = session.get_one(Transfer, transfer_id)
    transfer.slip_answer = _need_reason(answer)
    audit.record(session, actor_id, "transfer.slip_refused", transfer, reason=answer)


def import_statement(session: Session, rows: Iterable[Row], actor_id: int, now: datetime) -> Imported:
    """Enters the arrivals of a statement, each bank number once, and matches those whose remark names our numbers.

    :raises Refused: a number was entered before with another amount or day; nothing is imported then.
    """
    rows = list(rows)
    before = _known(session, [row.reference for row in rows])
    if changed := [row for row in rows if row.reference in before and not _same(before[row.reference], row)]:
        sentence = _l("The statement was not imported")
        said = _l("Number %(number)s was entered before with another amount or day.", number=changed[0].reference)
        raise Refused(sentence, [Problem(said, "file")])
    fresh = [_line(row, actor_id, now) for row in rows if row.reference not in before]
    session.add_all(fresh)
    session.flush()
    matched = sum(_match_by_code(session, line, now) for line in fresh)
    if fresh:
        audit.record(session, actor_id, "transfer.statement_imported", fresh[0], after={"lines": len(fresh)})
    return Imported(len(fresh), len(rows) - len(fresh), matched, len(fresh) - matched)


def confirm(
    session: Session, transfer_id: int, reference: str, amount: int, booked_on: date, actor_id: int, now: datetime
) -> None:
    """A clerk has seen the money on the account: enters the line under the bank's number and matches it.

    The statement that brings the same line later changes nothing.

    :raises Refused: no number, or no amount; :raises Conflict: that number pays something else already.
    """
    reference = reference.strip()
    if not 0 < len(reference) <= 60 or amount <= 0:
        sentence = _l("Write the bank's number of the transfer and the amount that arrived.")
        raise Refused(sentence, [Problem(sentence, "reference" if amount > 0 else "amount")])
    transfer = session.get_one(Transfer, transfer_id)
    line = _known(session, [reference]).get(reference)
    row = Row(reference, booked_on, amount, transfer.payer, transfer.payment_number)
    if line is not None and not _same(line, row):
        raise Conflict(_l("Number %(number)s was entered before with another amount or day.", number=reference))
    if line is None:
        line = _line(row, actor_id, now)
        session.add(line)
        session.flush()
    match(session, line.id, transfer_id, min(amount, line.rest), actor_id, now)


def match(session: Session, line_id: int, transfer_id: int, amount: int, actor_id: int | None, now: datetime) -> None:
    """So much of a line pays a transfer. One line may pay several transfers, several lines one.

    :raises Conflict: the line has not so much left, or pays this transfer already.
    """
    if session.scalar(select(Match.id).where(Match.line_id == line_id, Match.transfer_id == transfer_id)):
        raise Conflict(_l("This line pays this transfer already."))
    enough = (StatementLine.id == line_id, StatementLine.matched + amount <= StatementLine.amount)
    taken = {"matched": StatementLine.matched + amount, "set_aside": ""}
    if amount <= 0 or not db.changed(session, update(StatementLine).where(*enough).values(**taken)):
        raise Conflict(_l("This line has not so much left."))
    session.get(StatementLine, line_id, populate_existing=True)
    transfer = session.get_one(Transfer, transfer_id)
    transfer.matched += amount
    made = Match(line_id=line_id, transfer_id=transfer_id, amount=amount, matched_by=actor_id, matched_at=now)
    session.add(made)
    session.flush()
    audit.record(session, actor_id, "transfer.matched", transfer, after={"line": line_id, "amount": amount})
    _receive(session, transfer, now)


def set_line_aside(session: Session, line_id: int, reason: str, actor_id: int) -> None:
    """A line is nobody's payment (interest, another business): it leaves the unmatched list, with the reason."""
    line = session.get_one(StatementLine, line_id)
    line.set_aside = _need_reason(reason)
    audit.record(session, actor_id, "transfer.line_set_aside", line, reason=reason)


def close(session: Session, transfer_id: int, now: datetime) -> Transfer:
    """The order is over: nobody should transfer any more. What has arrived in part is told, so that it goes back."""
    still = update(Transfer).where(Transfer.id == transfer_id, Transfer.state == "open")
    closed = db.changed(session, still.values(state="closed"))
    transfer = session.get_one(Transfer, transfer_id, populate_existing=True)
    if closed:
        _receive(session, transfer, now)
    return transfer


def unmatched(session: Session) -> list[StatementLine]:
    """Lines with money that pays nothing and that nobody set aside, oldest first."""
    query = select(StatementLine).where(StatementLine.matched < StatementLine.amount, StatementLine.set_aside == "")
    return list(session.scalars(query.order_by(StatementLine.booked_on, StatementLine.id)))


def candidates(session: Session, line: StatementLine) -> list[Transfer]:
    """Open transfers that lack exactly what a line has left, or whose payer has the same name; the former first."""
    waiting = session.scalars(select(Transfer).where(Transfer.state == "open").order_by(Transfer.id))
    likely = [one for one in waiting if one.missing == line.rest or (line.payer and one.payer == line.payer)]
    return sorted(likely, key=lambda one: (one.missing != line.rest, one.payer != line.payer, one.id))


def _known(session: Session, references: list[str]) -> dict[str, StatementLine]:
    found: dict[str, StatementLine] = {}
    for start in range(0, len(references), 500):  # a statement has more lines than a query may have values
        part = references[start : start + 500]
        lines = session.scalars(select(StatementLine).where(StatementLine.reference.in_(part)))
        found |= {line.reference: line for line in lines}
    return found


def _same(line: StatementLine, row: Row) -> bool:
    return (line.amount, line.booked_on) == (row.amount, row.booked_on)


def _line(row: Row, actor_id: int, now: datetime) -> StatementLine:
    return StatementLine(
        reference=row.reference,
        booked_on=row.booked_on,
        amount=row.amount,
        matched=0,
        payer=row.payer,
        remark=row.remark,
        set_aside="",
        entered_by=actor_id,
        entered_at=now,
    )


def _match_by_code(session: Session, line: StatementLine, now: datetime) -> bool:
    """Matches a line to the transfers its remark names: one takes all of it, several only what adds up exactly."""
    named = [found for number in codes.find(line.remark) if (found := _named(session, number)) is not None]
    named = list({transfer.id: transfer for transfer in named}.values())
    if len(named) == 1:
        match(session, line.id, named[0].id, line.amount, None, now)
        return True
    if not named or sum(transfer.missing for transfer in named) != line.amount:
        return False
    for transfer in named:
        match(session, line.id, transfer.id, transfer.missing, None, now)
    return True


def _named(session: Session, number: str) -> Transfer | None:
    """The transfer of a payment number, or the newest one of an order number; an open one first."""
    query = select(Transfer).where((Transfer.payment_number == number) | (Transfer.order_number == number))
    found: Transfer | None = session.scalar(query.order_by(Transfer.state != "open", Transfer.id.desc()).limit(1))
    return found


def _receive(session: Session, transfer: Transfer, now: datetime) -> None:
    """Turns matched money into receipts. An open transfer waits until all of it is there; the rest is told at once."""
    fresh = session.scalars(
        select(Match).where(Match.transfer_id == transfer.id, Match.receipt_id.is_(None)).order_by(Match.id)
    ).all()
    if transfer.state != "open":
        for one in fresh:
            _receipt(session, transfer, one.amount, one, [one], now)
        return
    came = sum(one.amount for one in fresh)
    if came < transfer.amount or not fresh:
        return
    transfer.state = "settled"
    _receipt(session, transfer, transfer.amount, fresh[-1], fresh, now)
    if came > transfer.amount:
        _receipt(session, transfer, came - transfer.amount, fresh[-1], [], now, "/over")


def _receipt(
    session: Session,
    transfer: Transfer,
    amount: int,
    last: Match,
    matches: Iterable[Match],
    now: datetime,
    suffix: str = "",
) -> None:
    """`reference` is the bank's number of the last line, with a mark where one line pays more than one thing."""
    part = f"/{last.id}" if last.amount < last.line.amount else ""
    receipt = Receipt(
        transfer_id=transfer.id,
        amount=amount,
        reference=f"{last.line.reference}{part}{suffix}",
        made_on=clock.today(now),
    )
    session.add(receipt)
    session.flush()
    for one in matches:
        one.receipt_id = receipt.id
    session.flush()
    submit(session, TELL, {"receipt_id": receipt.id})


def _need_reason(words: str) -> str:
    if not 0 < len(words.strip()) <= 300:
        raise Refused(_REASON, [Problem(_REASON, "reason")])
    return words.strip()
