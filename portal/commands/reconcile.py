"""`portal reconcile DAY`: the providers' bills of a day against our books."""

import sys
from datetime import datetime, timedelta

import click

from portal import clock
from portal.commands.opening import open_app
from portal.payments import reconcile as books

SAID = {
    books.BOOKED: "was missing here and is booked now",
    books.UNKNOWN: "stands in the bill; no payment or order here fits",
    books.AMOUNT: "has another amount in the bill",
    books.NOT_BILLED: "stands here and not in the bill",
    books.NO_BILL: "there is no bill",
    books.BOOKS: "our own books do not agree",
}


@click.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]), default=None, required=False)
def reconcile(day: datetime | None) -> None:
    """Compare a day (YYYY-MM-DD in China, else yesterday) with the bills; book what is missing.

    Fails when something is left for a person.
    """
    with open_app().app_context():
        now = clock.now()
        found = books.reconcile(day.date() if day else clock.today(now) - timedelta(days=1), now)
    for one in found:
        amounts = " ".join(f"{name} {fen / 100:.2f}" for name, fen in (("ours", one.ours), ("bill", one.theirs)) if fen)
        click.echo(f"{one.provider:10} {one.number:20} {SAID[one.kind]} {amounts} {one.note}".rstrip())
    left = sum(one.open for one in found)
    click.echo(f"{left} left for a person" if left else "all books agree")
    sys.exit(int(left > 0))
