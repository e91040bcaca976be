"""学费支付: choosing a way to pay, coming back from it, and hearing from gateways."""

from datetime import timedelta
from typing import Any

import structlog
from flask import Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import RadioField
from wtforms.validators import InputRequired

from portal import clock, db
from portal.access.guard import login_required, public
from portal.access.visitor import account, address, buyer_id
from portal.errors import Conflict, NotFound, Refused
from portal.orders import service as orders
from portal.orders.models import Order
from portal.orders.states import PAID, PLACED
from portal.orders.summary import summarise
from portal.payments import aftercare_views, gateways, service, states, terms
from portal.payments.models import Payment
from portal.payments.pages import blueprint
from portal.payments.provider import PaymentProvider
from portal.photos import service as photos
from portal.settings import current_settings
from portal.web.forms import Form

__all__ = ["aftercare_views", "blueprint"]

log = structlog.get_logger(__name__)

NOTICE_BYTES = 64 * 1024  # far more than any gateway sends


class PayForm(Form):
    """The ways to pay; the first is chosen already."""

    provider = RadioField(_l("Way to pay"), [InputRequired(_l("Choose a way to pay."))])

    def __init__(self, providers: list[PaymentProvider]) -> None:
        super().__init__()
        self.provider.choices = [(provider.key, provider.title) for provider in providers]
        if not self.is_submitted() and providers:
            self.provider.data = providers[0].key


@blueprint.route("/pay/<number>", methods=["GET", "POST"])
@login_required
def pay(number: str) -> ResponseReturnValue:
    """What is paid, what to know before, and one button. A closed or paid order shows that instead, also on reload."""
    order = orders.find(db.reader(), number, buyer_id())
    form = PayForm(service.providers())
    if form.validate_on_submit():
        return _leave(order, service.provider(str(form.provider.data)))
    return _page(order, form, 422 if form.errors else 200)


@blueprint.get("/pay/back/<number>")
@login_required
def back(number: str) -> ResponseReturnValue:
    """Where a gateway sends people back to. Asks it on the first visit; then the page looks whether it has told us."""
    payment = _own_payment(number)
    if payment.state == states.STARTED and "again" not in request.args:
        gateways.ask(payment, clock.now())
        db.reader().refresh(payment)
    waiting = payment.state == states.STARTED
    if request.accept_mimetypes.best == "application/json":
        return jsonify(waiting=waiting)
    if waiting:
        return _fresh(render_template("payments/back.html", payment=payment))
    if payment.state in (states.FAILED, states.CLOSED) and payment.order.state == PLACED:
        flash(_("The payment was not completed. Nothing was charged; you can try again."), "warm")
    return redirect(url_for("payments.pay", number=payment.order.number), 303)


@blueprint.post("/pay/notify/<provider>")
@public
def notify(provider: str) -> ResponseReturnValue:
    """A gateway's word. It hears success only after that is safely on record; forged words hear 400."""
    request.max_content_length = NOTICE_BYTES
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        answer = gateways.take_notice(provider, headers, request.get_data(), clock.now())
    except Refused as refused:
        log.warning("payment_notice_refused", provider=provider, address=address(), reason=str(refused.message))
        return _plain("refused", 400)
    return _plain(answer, 200)


@blueprint.record
def expect_no_token(state: Any) -> None:
    """Gateways know nothing of our forms; their signature takes the token's place."""
    state.app.extensions["csrf"].exempt(f"{__name__}.notify")


def _leave(order: Order, provider: PaymentProvider) -> ResponseReturnValue:
    """To the gateway, unless the money is already there."""
    now = clock.now()
    gateways.ask_about(order, now)
    try:
        with db.write() as session:
            payment = service.start(session, order, provider, now)
    except Conflict:
        return redirect(url_for("payments.pay", number=order.number), 303)
    own = current_settings().address
    back = own + url_for("payments.back", number=payment.number)
    try:
        target = provider.start(payment, back, own + url_for("payments.notify", provider=provider.key))
    except Exception:  # whatever a plugin raises: nothing was paid, and the order stands
        log.exception("gateway_silent", provider=provider.key, payment=payment.number)
        flash(_("The provider does not answer. Nothing was charged; please try again in a few minutes."), "warm")
        return redirect(url_for("payments.pay", number=order.number), 303)
    if target.startswith("/"):
        return redirect(target, 303)
    # Another host: a redirect after a form would be stopped by our own form-action policy.
    return _fresh(
        render_template("payments/leave.html", provider=provider, order=order, payment=payment, target=target)
    )


def _page(order: Order, form: PayForm, status: int) -> Response:
    now = clock.now()
    payment = service.latest(db.reader(), order)
    values = {
        "order": order,
        "summary": summarise(db.reader(), order),
        "payment": payment,
        "reason": states.REASONS.get(payment.note) if payment else None,
        "now": now,
    }
    if order.state == PAID:
        return _fresh(render_template("payments/paid.html", **values))
    if order.state != PLACED or order.expires_at <= now:
        return _fresh(render_template("payments/over.html", **values))
    return _fresh(
        render_template(
            "payments/pay.html",
            form=form,
            providers=service.providers(),
            left=_hours_and_minutes(order.expires_at - now),
            refund_rule=terms.in_a_sentence(db.reader(), order),
            photo_missing=account().kind == "learner" and photos.current(db.reader(), account().id) is None,
            **values,
        ),
        status,
    )


def _own_payment(number: str) -> Payment:
    query = select(Payment).join(Order).where(Payment.number == number, Order.buyer_id == buyer_id())
    found: Payment | None = db.reader().scalar(query)
    if found is None:
        raise NotFound
    return found


def _hours_and_minutes(left: timedelta) -> tuple[int, int]:
    minutes = int(left.total_seconds()) // 60
    return minutes // 60, minutes % 60


def _fresh(page: str, status: int = 200) -> Response:
    """Never shown from the browser's memory: the back button must not bring back a page to pay on."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(text: str, status: int) -> Response:
    return Response(text, status, mimetype="text/plain")
