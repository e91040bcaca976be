"""The payer's page: where to transfer to, what to write, what has arrived; and the slip (回单) that proves it."""

import secrets

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import FileField, StringField
from wtforms.validators import Length

from portal.kit import (
    Conflict,
    Form,
    NotFound,
    Order,
    Payment,
    Refused,
    _,
    _l,
    add_problems,
    buyer_id,
    check_scan,
    clock,
    current_settings,
    current_storage,
    db,
    login_required,
    plugin_setting,
)
from portal_pay_transfer import paper, service
from portal_pay_transfer.models import Transfer

blueprint = Blueprint("pay_transfer", __name__, template_folder="templates")
TYPES = {"jpg": "image/jpeg", "pdf": "application/pdf"}


class SlipForm(Form):
    """The bank's slip, and the name of the account that paid."""

    payer = StringField(_l("Name of the paying account"), [Length(max=120, message=_l("At most 120 characters."))])
    slip = FileField(_l("Slip of the bank"))


@blueprint.route("/transfer/<number>", methods=["GET", "POST"])
@login_required
def page(number: str) -> ResponseReturnValue:
    """Account, amount and code, to read or to print; the slip is uploaded here."""
    transfer = _own(number)
    form = SlipForm()
    if form.validate_on_submit() and _kept(form, transfer):
        flash(_("The slip is saved. Study opens when the office has matched the money."), "ok")
        return redirect(url_for("pay_transfer.page", number=number), 303)
    response = Response(
        render_template(
            "pay_transfer/page.html",
            transfer=transfer,
            order=_order(transfer),
            form=form,
            payee=_payee(),
        ),
        422 if form.errors else 200,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/transfer/<number>/notice.pdf")
@login_required
def notice(number: str) -> Response:
    """缴费通知单 for whoever makes the transfer. :raises NotFound: unknown, another's, or it waits for no money."""
    transfer = _own(number)
    if transfer.state != "open":
        raise NotFound(number)
    order = _order(transfer)
    said = paper.Notice(
        order=order,
        payer=order.buyer.get_full_name(),
        payee=_payee(),
        code=transfer.payment_number,
        amount=transfer.missing,
        made_on=clock.spoken(clock.today(clock.now())),
        until=f"{clock.spoken(clock.today(order.expires_at))} {clock.local(order.expires_at):%H:%M}",
        office=current_settings().site_office,
    )
    response = Response(paper.draw(said), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{number}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/transfer/<number>/slip")
@login_required
def slip(number: str) -> Response:
    """The slip its payer uploaded, never opened by the browser. :raises NotFound: there is none, or it is another's."""
    key = _own(number).slip_key
    if not key:
        raise NotFound(number)
    suffix = key.rsplit(".", 1)[-1]
    response = Response(current_storage().get(key), mimetype=TYPES[suffix])
    response.headers["Content-Disposition"] = f'attachment; filename="{number}.{suffix}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _own(number: str) -> Transfer:
    """:raises NotFound: unknown, or another buyer's."""
    query = (
        select(Transfer)
        .join(Payment, Payment.number == Transfer.payment_number)
        .join(Order, Order.id == Payment.order_id)
        .where(Transfer.payment_number == number, Order.buyer_id == buyer_id())
    )
    found: Transfer | None = db.reader().scalar(query)
    if found is None:
        raise NotFound(number)
    return found


def _payee() -> paper.Payee:
    """The office's account; in demo mode one that nobody has."""
    return paper.Payee(
        plugin_setting("pay_transfer", "payee") or current_settings().site_office,
        plugin_setting("pay_transfer", "bank") or _("Sample bank, for trying things out"),
        plugin_setting("pay_transfer", "account") or "0000 0000 0000 0000",
    )


def _order(transfer: Transfer) -> Order:
    return db.reader().scalars(select(Order).where(Order.number == transfer.order_number)).one()


def _kept(form: SlipForm, transfer: Transfer) -> bool:
    file = request.files.get("slip")
    try:
        scan = check_scan(file.stream.read() if file else b"", "slip")
    except Refused as refused:
        add_problems(form, refused)
        return False
    key = f"slips/{clock.now():%Y/%m}/{secrets.token_hex(16)}.{scan.suffix}"
    current_storage().put(key, scan.data, personal=True)
    try:
        with db.write() as session:
            service.keep_slip(session, transfer.id, key, form.payer.data or "", clock.now())
    except Conflict as conflict:
        form.form_errors = [*form.form_errors, str(conflict.message)]
        return False
    return True
