"""证书查验: what anybody can learn from a document's number. Names and ID numbers are masked."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import StringField

from portal.kit import Form, NotFound, _, _l, clock, current_settings, db, formats, public
from portal_certs import keys, numbering, reading, service, states, tokens
from portal_certs.models import Document
from portal_certs.pages import blueprint
from portal_certs.snapshot import Office, Snapshot, masked_name

BUDGET, HIT, MISS = 300, 1, 10  # per address and window: many good look-ups, few guesses
LARGEST = 5 * 1024 * 1024


class NumberForm(Form):
    """The number as it is printed on the document, and whose it is. A name stands in no address, so it is posted."""

    number = StringField(_l("Number of the document"))
    name = StringField(_l("Name on the document"))


@dataclass(frozen=True)
class Entry:
    """A line of the status record. mark: "on" (valid now), "no" (revoked) or ""."""

    at: datetime
    event: str  # issued | replacing | superseded | revoked | reissued
    number: str
    mark: str = ""
    reason: object = ""

    @property
    def page(self) -> str:
        """The page of the other document."""
        return tokens.page(self.number)

    @property
    def when(self) -> str:
        """To the minute, on a clock in China."""
        return f"{clock.local(self.at):%Y-%m-%d %H:%M}"


@blueprint.get("/verify")
@public
def verify() -> ResponseReturnValue:
    """The form; with a number from the home page or an address, only the name is still missing."""
    form = NumberForm(request.args, meta={"csrf": False})
    return _asked(form, 200 if not form.number.data or _number(form) else 422)


@blueprint.post("/verify")
@public
def look_up() -> ResponseReturnValue:
    """A number with its holder's name leads to the document's page. What is wrong about the two is not said."""
    session, now, form = db.reader(), clock.now(), NumberForm()
    if _spent(session, now):
        return _too_many(form)
    number = _number(form) if form.validate() else None
    if not form.name.data:
        form.name.errors = [_l("Type the name as it is printed on the document.")]
    if number is None or not form.name.data:
        return _asked(form, 422)
    document = reading.by_number(session, number)
    known = document is not None and document.state != states.PENDING
    if document is None or not known or not tokens.same_name(form.name.data, reading.content(document).name):
        return _unknown(form, now)
    _count(HIT, now)
    return redirect(tokens.page(document.number), 303)


@blueprint.get("/verify/<number>")
@public
def ask_name(number: str) -> ResponseReturnValue:
    """A number alone opens nothing, whether there is such a document or not: the form asks for the name."""
    form = NumberForm(None, meta={"csrf": False}, number=number[:40])
    return _asked(form, 200 if _number(form) else 422)


@blueprint.get("/verify/<number>/<token>")
@public
def shown(number: str, token: str) -> ResponseReturnValue:
    """A document's content as it was issued, its state and its history, to whoever has its address from the code.

    A token cannot be guessed, so who has the right one is not counted: one paper may be checked by a whole school.
    """
    session, now = db.reader(), clock.now()
    document = reading.by_number(session, number) if tokens.fits(number, token) else None
    if document is not None and document.state != states.PENDING:
        return _page(session, document, now)
    form = NumberForm(None, number=number[:40])
    return _too_many(form) if _spent(session, now) else _unknown(form, now)


@blueprint.post("/verify/file")
@public
def compare() -> ResponseReturnValue:
    """Compares a file with those this platform issued, byte for byte, and judges its signature. It is not kept."""
    form, file = NumberForm(None), request.files.get("file")
    if _spent(db.reader(), clock.now()):
        return _too_many(form)
    data = file.stream.read(LARGEST + 1) if file and file.filename else b""
    if not data or len(data) > LARGEST or not data.startswith(b"%PDF-"):
        form.form_errors = [_l("Choose the PDF file of a document, at most 5 MB.")]
        return _asked(form, 422)
    from portal_certs import pades

    document = reading.by_hash(db.reader(), hashlib.sha256(data).hexdigest())
    verdict = pades.judge(data, keys.known())
    _count(MISS if document is None else HIT, clock.now())
    if document is None:
        return render_template("certs/foreign.html", form=NumberForm(None), verdict=verdict), 404
    if verdict == pades.HOLDS:
        flash(_("This file is the very file that was issued, and its signature holds."), "ok")
    else:
        flash(_("This file is the very file that was issued."), "ok")
    return redirect(tokens.page(document.number), 303)


@blueprint.get("/verify/signer.pem")
@public
def signer() -> ResponseReturnValue:
    """The certificates by which PDF viewers check signatures by themselves. :raises NotFound: there is no key."""
    found = keys.current()
    if found is None:
        raise NotFound("signer")
    return Response(found.certificates, mimetype="application/x-pem-file")


def example() -> str:
    """A number of this site's form."""
    office, home = Office.current(), current_settings().home_division
    return office.pattern.compose(office.prefix, 2026, home, numbering.CERTIFICATE, 4127)


def _number(form: NumberForm) -> str | None:
    """The number as it is written, into the field as well; None: it can be none, which its field then says."""
    number = Office.current().pattern.read(form.number.data or "")
    if number is None:
        form.number.errors = [_l("A number looks like %(example)s. Copy it from the document.", example=example())]
    elif not numbering.is_sound(number):
        form.number.errors = [_l("One digit of this number is mistyped. Compare it with the document.")]
        return None
    else:
        form.number.data = number
    return number


def _unknown(form: NumberForm, now: datetime) -> ResponseReturnValue:
    _count(MISS, now)
    return render_template("certs/unknown.html", form=form), 404


def _asked(form: NumberForm, status: int) -> ResponseReturnValue:
    return render_template("certs/verify.html", form=form, example=example(), signer=keys.current()), status


def _page(session: Session, document: Document, now: datetime) -> str:
    said = reading.content(document)
    return render_template(
        "certs/shown.html",
        document=document,
        said=said,
        holder=masked_name(said.name),
        id_shown=_masked_id(said),
        history=_history(session, document),
        reason=states.reason(document.reason),
        checked=f"{clock.local(now):%Y-%m-%d %H:%M:%S}",
    )


def _masked_id(said: Snapshot) -> str:
    return said.id_shown if "*" in said.id_shown else formats.masked(said.id_shown)


def _history(session: Session, document: Document) -> list[Entry]:
    """Newest first."""
    valid = "on" if document.state == states.ISSUED else ""
    entries = [Entry(document.issued_at, "issued", document.number, valid)]
    former = reading.predecessor(session, document)
    if former:
        entries[0] = Entry(document.issued_at, "replacing", former.number, valid, states.reason(former.reason))
    if document.ended_at and document.state == states.REVOKED:
        entries.insert(0, Entry(document.ended_at, "revoked", "", "no", states.reason(document.reason)))
    if document.ended_at and document.state == states.SUPERSEDED:
        entries.insert(0, Entry(document.ended_at, "superseded", ""))
        fresh = reading.successor(session, document)
        if fresh:
            mark = "on" if fresh.state in states.LIVE else ""
            entries.insert(0, Entry(fresh.issued_at, "reissued", fresh.number, mark, states.reason(document.reason)))
    return entries


def _spent(session: Session, now: datetime) -> bool:
    """Whether this address has asked too much lately."""
    return reading.spent(session, service.look_up_key(_address()), now - service.WINDOW) >= BUDGET


def _too_many(form: NumberForm) -> ResponseReturnValue:
    """The form again, with what was typed."""
    form.form_errors = [_l("Too many look-ups from your network. Try again in 15 minutes.")]
    return _asked(form, 429)


def _count(cost: int, now: datetime) -> None:
    with db.write() as session:
        service.count_look_up(session, _address(), cost, now)


def _address() -> str:
    return request.remote_addr or ""
