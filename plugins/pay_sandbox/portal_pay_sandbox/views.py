"""The gateway's page: what a bank would show, with two ways out."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal.kit import Form, Misconfigured, NotFound, clock, current_settings, db, plugin_setting, public
from portal_pay_sandbox import books, telling
from portal_pay_sandbox.models import Trade

blueprint = Blueprint("pay_sandbox", __name__, template_folder="templates")

BUTTONS = {"pay": "paid", "refuse": "refused"}


@blueprint.get("/sandbox/pay/<token>")
@public
def page(token: str) -> ResponseReturnValue:
    """The page a payer sees. Its address is the secret; whoever knows it may pay, as with a bank's QR code."""
    trade = _trade(token)
    return _page(trade)


@blueprint.post("/sandbox/pay/<token>")
@public
def decide(token: str) -> ResponseReturnValue:
    """Pays or refuses, once; then back to the shop. Telling the shop is a job in the same transaction."""
    trade = _trade(token)
    end = BUTTONS.get(request.form.get("decision", ""))
    if end is None:
        return _page(trade), 422
    told, back = (_chosen("telling", telling.TELLINGS), _chosen("refunding", telling.REFUNDINGS))
    with db.write() as session:
        if books.decide(session, trade.id, end, clock.now()):
            books.behave(session, trade.id, told, back)
            telling.spread(session, session.get_one(Trade, trade.id, populate_existing=True), clock.now())
    return redirect(_back(trade), 303)


@blueprint.record
def refuse_in_production(state: object) -> None:
    """A site that takes money must not offer to pay without any, unless it says so."""
    with state.app.app_context():  # type: ignore[attr-defined]
        if current_settings().mode == "production" and not plugin_setting("pay_sandbox", "in_production"):
            raise Misconfigured(
                "PORTAL_PAY_SANDBOX_IN_PRODUCTION",
                "the sandbox gateway pays without money: set this to true, or disable the plugin pay_sandbox",
            )


def _page(trade: Trade) -> str:
    return render_template(
        "pay_sandbox/page.html",
        trade=trade,
        form=Form(),
        back=_back(trade),
        tellings=telling.TELLINGS,
        refundings=telling.REFUNDINGS,
    )


def _chosen(name: str, choices: Mapping[str, object]) -> str:
    """What was chosen on the page; the first when nothing, or something else, was."""
    said = request.form.get(name, "")
    return said if said in choices else next(iter(choices))


def _trade(token: str) -> Trade:
    with db.read() as session:
        found = books.by_token(session, token)
    if found is None:
        raise NotFound
    return found


def _back(trade: Trade) -> str:
    """The shop's return page, on whatever name the payer's browser knows this host by."""
    return urlsplit(trade.return_url).path
