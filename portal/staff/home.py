"""工作台: what waits, what came in, what was studied; every figure leads to its rows."""

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal import clock, db
from portal.staff import charts, figures, grants, scope
from portal.staff.blueprint import blueprint
from portal.staff.core.orders import Orders, Payments
from portal.staff.core.people import Organisations
from portal.staff.core.study import Credits, Plans
from portal.staff.figures import Queue, Span
from portal.staff.guard import needs
from portal.staff.pages import address

WEEKDAYS = (_l("Mon"), _l("Tue"), _l("Wed"), _l("Thu"), _l("Fri"), _l("Sat"), _l("Sun"))


@dataclass(frozen=True)
class Waiting:
    """A queue on the home page."""

    title: object
    queue: Queue
    url: str


@blueprint.get("/")
@needs("")
def home() -> ResponseReturnValue:
    """Figures of the screens the visitor may open, over the rows the visitor may see."""
    now, limits, granted = clock.now(), scope.current(), grants.current()
    year = clock.today(now).year
    may_orders, may_payments = granted.may(Orders.key), granted.may(Payments.key)
    return render_template(
        "staff/home.html",
        now=now,
        weekday=WEEKDAYS[clock.today(now).weekday()],
        year=year,
        queues=_queues(limits, granted),
        enrolments=_enrolments(limits) if may_orders else None,
        money=_money(limits) if may_payments else None,
        places=figures.places(db.reader(), limits, year) if granted.may(Plans.key) else None,
        plans_screen=Plans,
        hours=_hours(limits) if granted.may(Credits.key) else None,
    )


def _queues(limits: scope.Scope, granted: grants.Grants) -> list[Waiting]:
    session, found = db.reader(), []
    if granted.may(Organisations.key):
        url = address(Organisations, "list", review="open")
        found.append(Waiting(_("Organisations to review"), figures.reviews(session, limits), url))
    if granted.may(Payments.key):
        url = address(Payments, "list", state="attention")
        found.append(Waiting(_("Payments to look into"), figures.attention(session, limits), url))
    if granted.may(Orders.key):
        url = address(Orders, "list", state="placed")
        found.append(Waiting(_("Orders to be paid"), figures.unpaid(session, limits), url))
    return found


def _enrolments(limits: scope.Scope) -> tuple[charts.Chart, int]:
    spans = figures.enrolments(db.reader(), limits, clock.now())
    chart = charts.columns(
        spans,
        unit=1,
        named=2,
        label=_week,
        said=lambda span, figure: _("%(week)s: %(count)s people", week=_week(span), count=figure),
        url=lambda span: address(Orders, "list", **_between("placed", span)),
    )
    return chart, sum(span.value + span.other for span in spans)


def _money(limits: scope.Scope) -> tuple[charts.Chart, int]:
    spans = figures.money(db.reader(), limits, clock.now())
    chart = charts.columns(
        spans,
        unit=100,
        named=6,
        label=_week,
        said=lambda span, figure: _("%(week)s: %(amount)s yuan", week=_week(span), amount=figure),
        url=lambda span: address(Payments, "list", state="paid", **_between("confirmed", span)),
    )
    return chart, sum(span.value for span in spans)


def _hours(limits: scope.Scope) -> tuple[charts.Chart, int]:
    spans = figures.hours(db.reader(), limits, clock.now())
    chart = charts.columns(
        spans,
        unit=100,
        named=7,
        label=lambda span: str(_("Today") if span.running else WEEKDAYS[span.first.weekday()]),
        said=lambda span, figure: _("%(day)s: %(hours)s hours", day=_week(span), hours=figure),
        url=lambda span: address(Credits, "list", **_between("earned", span)),
    )
    return chart, sum(span.value for span in spans)


def _week(span: Span) -> str:
    return f"{span.first.month}-{span.first.day}"


def _between(name: str, span: Span) -> dict[str, str]:
    return {f"{name}_from": span.first.isoformat(), f"{name}_to": span.last.isoformat()}
