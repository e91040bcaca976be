"""首页 and the language switch."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from flask import Blueprint, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from portal import clock, db
from portal.access.guard import public
from portal.access.visitor import current_account, safe_next
from portal.messages import service as messages
from portal.plugins import current_plugins
from portal.rules import kept as rules
from portal.web.i18n import CHINESE, LANGUAGES
from portal.web.kept import kept

blueprint = Blueprint("web", __name__, template_folder="templates")


@blueprint.get("/")
@public
@kept("notice", "rule_set")
def home() -> str:
    """首页: what this is, the year's goal, the ways in, notices, cards of plugins; pieces ask for what they show."""
    now = clock.now()
    today = clock.today(now)
    plugins = current_plugins()
    return render_template(
        "web/home.html",
        year=today.year,
        days_left=(today.replace(month=12, day=31) - today).days,
        year_rules=lambda: rules.of_year(today.year, now),
        doors=lambda: plugins.declared("selection_modes"),
        cards=cache(lambda: plugins.ask("home_cards", user=current_account())),
        notices=lambda: _notices(now),
    )


def _notices(now: datetime) -> Sequence[Row[int, str, bool, datetime]]:
    with db.alone() as connection:
        return messages.notices(connection, now, limit=5)


@blueprint.post("/language")
@public
def language() -> ResponseReturnValue:
    """Switches the language and stays on the page."""
    wanted = request.form.get("to", CHINESE)
    session["locale"] = wanted if wanted in LANGUAGES else CHINESE
    return redirect(safe_next(request.form.get("next")), 303)
