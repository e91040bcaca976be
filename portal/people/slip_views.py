"""激活单: an employer's clerk hands a slip to somebody of theirs who has not activated the account yet."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import Exists, Select, exists, select

from portal import clock, db
from portal.access.guard import clerk_required
from portal.access.visitor import account, current_organisation
from portal.people import codes
from portal.people.models import Account, Employment, Learner, OneTimeCode, Organisation
from portal.people.pages import blueprint
from portal.web import formats
from portal.web.forms import Form

MOST = 100


@dataclass(frozen=True)
class Holder:
    """Whom a slip is for, and what they log in with, as the slip shows it."""

    name: str
    label: object
    login: str


def holder_of(learner: Learner) -> Holder:
    """A learner's slip shows the masked number: whoever finds it does not learn it."""
    return Holder(learner.name, _l("ID number"), formats.masked(learner.id_number))


@blueprint.route("/organisation/slips", methods=["GET", "POST"])
@clerk_required
def slips() -> str:
    """People of this organisation who wait for activation. A name is searched by POST: no address keeps it."""
    here, typed = current_organisation(), _typed()
    query = _waiting(here, typed).add_columns(_has_slip(clock.now())).limit(MOST + 1)
    found = [(learner, has) for learner, has in db.reader().execute(query)]
    return render_template(
        "people/slips.html",
        people=found[:MOST],
        without=sum(not has for _learner, has in found[:MOST]),
        more=len(found) > MOST,
        typed=typed,
        form=Form(),
    )


@blueprint.post("/organisation/slips/all")
@clerk_required
def all_slips() -> ResponseReturnValue:
    """Prints a slip for everybody listed who has no valid one, or for all of them where that was asked, MOST at once.

    Pressed again it goes on with those who are still without; nobody's slip ends unasked.
    """
    here, now = current_organisation(), clock.now()
    query = _waiting(here, _typed())
    query = query if request.form.get("again") else query.where(~_has_slip(now))
    with db.write() as writing:
        cards = [
            (holder_of(learner), codes.issue(writing, learner.account_id, codes.SLIP, now, made_by=account().id))
            for learner in writing.scalars(query.limit(MOST)).all()
        ]
    return _paper(cards, str(here.name), url_for("people.slips")) if cards else redirect(url_for("people.slips"), 303)


def _typed() -> str:
    return request.form.get("q", "").strip()[:60]


def _waiting(here: Organisation, typed: str) -> Select[Learner]:
    """Who works here now and has not opened the account, by name."""
    return (
        select(Learner)
        .join(Account, Account.id == Learner.account_id)
        .join(Employment, Employment.learner_id == Learner.id)
        .where(
            Employment.organisation_id == here.id, Employment.valid_to.is_(None), Account.must_change, Account.active
        )
        .where(Learner.name.contains(typed, autoescape=True) if typed else Learner.id.is_not(None))
        .order_by(Learner.name, Learner.id)
    )


def _has_slip(now: datetime) -> Exists:
    mine = (OneTimeCode.account_id == Learner.account_id, OneTimeCode.channel == codes.SLIP)
    return exists().where(*mine, OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > now)


@blueprint.post("/organisation/slips/<int:learner_id>")
@clerk_required
def slip(learner_id: int) -> Response:
    """Prints a slip: the code is shown this once."""
    here, now = current_organisation(), clock.now()
    learner = codes.may_print(db.reader(), here, learner_id)
    with db.write() as writing:
        code = codes.issue(writing, learner.account_id, codes.SLIP, now, made_by=account().id)
    return printed(holder_of(learner), code, str(here.name), url_for("people.slips"))


def printed(holder: Holder, code: str, office: str, back: str) -> Response:
    """The page of a slip, to be printed and handed over; staff screens use it too. It stays in no cache."""
    return _paper([(holder, code)], office, back)


def _paper(cards: list[tuple[Holder, str]], office: str, back: str) -> Response:
    ends = clock.now() + codes.LASTS[codes.SLIP]
    response = make_response(render_template("people/slip.html", cards=cards, office=office, ends=ends, back=back))
    response.headers["Cache-Control"] = "no-store"
    return response
