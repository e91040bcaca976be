"""After an order is paid: asking for a refund, for an invoice (发票), and a receipt to print."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from portal import clock, db
from portal.access.guard import login_required
from portal.access.visitor import account, buyer_id, colleagues
from portal.errors import Conflict, NotFound, Refused
from portal.orders import service as orders
from portal.orders.models import Order, OrderLine
from portal.orders.states import PAID, REFUNDED
from portal.orders.summary import summarise
from portal.payments import ledger, service, terms
from portal.payments.models import InvoiceRequest, Refund
from portal.payments.pages import blueprint
from portal.payments.service.invoices import KINDS, Wish
from portal.settings import current_settings
from portal.storage import current_storage
from portal.web.forms import Form, add_problems

SHOWN = 50  # lines of a large order on one page; a name finds the others
_TYPES = {"pdf": "application/pdf", "ofd": "application/ofd"}


class RefundForm(Form):
    """Why; the lines are check boxes of the page."""

    words = TextAreaField(_l("Why (the office reads it)"), [Length(max=300, message=_l("At most 300 characters."))])
    sure = BooleanField(_l("I know that the plan is closed at once and its hours no longer count."))


class InvoiceForm(Form):
    """What is printed on an invoice; judged by the service."""

    title = StringField(_l("Title of the invoice"))
    kind = RadioField(_l("Kind of invoice"), default=next(iter(KINDS)), validate_choice=False)
    tax_number = StringField(_l("Tax number"))
    email = StringField(_l("Mail address"))

    def __init__(self) -> None:
        super().__init__()
        self.kind.choices = list(KINDS.items())


@blueprint.route("/orders/<number>/refund", methods=["GET", "POST"])
@login_required
def refund(number: str) -> ResponseReturnValue:
    """What would go back for each line and why, before anybody asks; then the question itself."""
    order = orders.find(db.reader(), number, buyer_id())
    form = RefundForm()
    looking = "find" in request.form  # a name is looked for among many: a form, for a name must not stand in an address
    said = request.form.getlist("lines") if form.is_submitted() else request.args.getlist("line")
    chosen = [int(value) for value in said if value.isdecimal()]
    offers = terms.offers(db.reader(), order, _lines(order, request.form.get("name", ""), chosen), clock.now())
    if len(order.lines) == 1 and form.is_submitted():
        chosen = [order.lines[0].id]
    if not looking and form.validate_on_submit():
        if not form.sure.data:
            form.sure.errors = [_("Tick this first: a refund ends the study it paid for.")]
        elif _asked(form, order, chosen):
            return redirect(url_for("orders.show", number=order.number, _anchor="money"), 303)
    page = render_template("payments/refund.html", form=form, order=order, offers=offers, chosen=chosen, shown=SHOWN)
    return page, 422 if form.errors else 200


@blueprint.post("/orders/<number>/refund/<refund_number>/withdraw")
@login_required
def withdraw_refund(number: str, refund_number: str) -> ResponseReturnValue:
    """The buyer thinks better of it, as long as nobody has decided."""
    order = orders.find(db.reader(), number, buyer_id())
    own = {one.number: one for one in service.refunds.of_order(db.reader(), order.id)}
    if refund_number not in own or own[refund_number].asked_by not in colleagues():
        raise NotFound(Refund.__tablename__)
    try:
        with db.write() as session:
            service.refunds.withdraw(session, own[refund_number].id, account().id, clock.now())
        flash(_("The question is taken back; nothing has changed."), "ok")
    except Conflict as conflict:
        flash(str(conflict.message), "warm")
    return redirect(url_for("orders.show", number=order.number, _anchor="money"), 303)


@blueprint.route("/orders/<number>/invoice", methods=["GET", "POST"])
@login_required
def invoice(number: str) -> ResponseReturnValue:
    """Title, tax number, kind and mail of an invoice."""
    order = orders.find(db.reader(), number, buyer_id())
    form = InvoiceForm()
    if form.validate_on_submit() and _wished(form, order):
        flash(_("The invoice is asked for. When it is ready, a message comes and it stands on this page."), "ok")
        return redirect(url_for("orders.show", number=order.number, _anchor="invoice"), 303)
    live = service.invoices.live(db.reader(), order.id)
    net = service.invoices.net(db.reader(), order)
    page = render_template("payments/invoice.html", form=form, order=order, net=net, live=live)
    return page, 422 if form.errors else 200


@blueprint.post("/orders/<number>/invoice/withdraw")
@login_required
def withdraw_invoice(number: str) -> ResponseReturnValue:
    """Takes the question back, for instance to write it anew."""
    order = orders.find(db.reader(), number, buyer_id())
    live = service.invoices.live(db.reader(), order.id)
    if live is None:
        raise NotFound(InvoiceRequest.__tablename__)
    try:
        with db.write() as session:
            service.invoices.withdraw(session, live.id, account().id, clock.now())
        flash(_("The question is taken back; nothing has changed."), "ok")
    except Conflict as conflict:
        flash(str(conflict.message), "warm")
    return redirect(url_for("orders.show", number=order.number, _anchor="invoice"), 303)


@blueprint.get("/orders/<number>/invoice/<which>")
@login_required
def invoice_file(number: str, which: str) -> Response:
    """The file the office attached: "file", or "red" for the red letter. :raises NotFound: there is none."""
    order = orders.find(db.reader(), number, buyer_id())
    request_ = service.invoices.newest(db.reader(), order.id)
    keys = {"file": request_.storage_key, "red": request_.red_storage_key} if request_ else {}
    key = keys.get(which)
    if not key:
        raise NotFound(InvoiceRequest.__tablename__)
    suffix = key.rsplit(".", 1)[-1]
    response = Response(current_storage().get(key), mimetype=_TYPES[suffix])
    response.headers["Content-Disposition"] = f'attachment; filename="{order.number}-{which}.{suffix}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/orders/<number>/receipt")
@login_required
def receipt(number: str) -> ResponseReturnValue:
    """A receipt to print: what was bought, what was paid, what went back. :raises NotFound: nothing was paid."""
    order = orders.find(db.reader(), number, buyer_id())
    if order.state not in (PAID, REFUNDED):
        raise NotFound(order.number)
    return render_template(
        "payments/receipt.html",
        order=order,
        summary=summarise(db.reader(), order),
        money=[entry for entry in ledger.entries(db.reader(), order.id) if entry.state in ("paid", "refunded", "done")],
        net=service.invoices.net(db.reader(), order),
        office=current_settings().site_office,
        now=clock.now(),
    )


def _lines(order: Order, name: str, chosen: list[int]) -> list[OrderLine]:
    """The chosen lines, and the first ones, or the first of people with such a name."""
    found = [line for line in order.lines if line.id in chosen or name.strip() in line.learner.name]
    return sorted(found, key=lambda line: line.id not in chosen)[:SHOWN]


def _asked(form: RefundForm, order: Order, chosen: list[int]) -> bool:
    try:
        with db.write() as session:
            own = orders.find(session, order.number, buyer_id())
            service.refunds.ask(session, own, chosen, form.words.data or "", account().id, clock.now())
    except Refused as refused:
        add_problems(form, refused)
        return False
    flash(_("You have asked for a refund. The office decides; until then you can take it back."), "ok")
    return True


def _wished(form: InvoiceForm, order: Order) -> bool:
    said: dict[str, Any] = {name: getattr(form, name).data or "" for name in ("title", "kind", "tax_number", "email")}
    try:
        with db.write() as session:
            own = orders.find(session, order.number, buyer_id())
            service.invoices.ask(session, own, Wish(**said), account().id, clock.now())
    except Refused as refused:
        add_problems(form, refused)
        return False
    except Conflict as conflict:
        form.form_errors = [*form.form_errors, str(conflict.message)]
        return False
    return True
