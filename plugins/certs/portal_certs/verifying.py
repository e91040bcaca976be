"""证书查验: what anybody can learn from a document's number. Names and ID numbers are masked."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import StringField

from portal.kit import Form, NotFound, _, _l, clock, current_settings, db, formats, public
from portal_certs import keys, numbering, reading, service, states
from portal_certs.models import Document
from portal_certs.pages import blueprint
from portal_certs.snapshot import Office, Snapshot, masked_name

BUDGET, HIT, MISS = 300, 1, 10  # per address and window: many good look-ups, few guesses
LARGEST = 5 * 1024 * 1024


class NumberForm(Form):
    """The number as it is printed on the document."""

    number = StringField(_l("Number of the document"))


@dataclass(frozen=True)
class Entry:
    """A line of the status record. mark: "on" (valid now), "no" (revoked) or ""."""

    at: datetime
    event: str  # issued | replacing | superseded | revoked | reissued
    number: str
    mark: str = ""
    reason: object = ""

    @property
    def when(self) -> str:
        """To the minute, on a clock in China."""
        return f"{clock.local(self.at):%Y-%m-%d %H:%M}"


@blueprint.get("/verify")
@public
def verify() -> ResponseReturnValue:
    """The form. A number that can be one leads to its page; anything else is explained at the field."""
    form = NumberForm(request.args, meta={"csrf": False})
    if not form.number.data:
        return _asked(NumberForm(None), 200)
    number = numbering.read(form.number.data)
    if number is None:
        form.number.errors = [_l("A number looks like %(example)s. Copy it from the document.", example=example())]
    elif not numbering.is_sound(number):
        form.number.errors = [_l("One digit of this number is mistyped. Compare it with the document.")]
    else:
        return redirect(url_for("certs.shown", number=number), 303)
    return _asked(form, 422)


@blueprint.get("/verify/<number>")
@public
def shown(number: str) -> ResponseReturnValue:
    """A document's content as it was issued, its state and its history; or that there is no such number."""
    session, now = db.reader(), clock.now()
    plain = numbering.read(number)
    if plain is not None and plain != number:
        return redirect(url_for("certs.shown", number=plain), 301)
    if plain is None or not numbering.is_sound(plain):
        return _unknown(number, now, typo=plain is not None)  # no document can have it: nothing was looked up
    again = reading.looked_up(session, service.answer_key(_address(), plain), now - service.WINDOW)
    if not again and _spent(session, now):
        return _asked(_too_many(NumberForm(None, meta={"csrf": False}, number=plain)), 429)
    document = reading.by_number(session, plain)
    public_one = document if document and document.state != states.PENDING else None
    page = _page(session, public_one, now) if public_one else _unknown(number, now)
    if not again:
        _count(HIT if public_one else MISS, now, plain)
    return page


@blueprint.post("/verify/file")
@public
def compare() -> ResponseReturnValue:
    """Compares a file with those this platform issued, byte for byte, and judges its signature. It is not kept."""
    form, file = NumberForm(None), request.files.get("file")
    if _spent(db.reader(), clock.now()):
        return _asked(_too_many(form), 429)
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
    return redirect(url_for("certs.shown", number=document.number), 303)


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
    return numbering.compose(office.prefix, 2026, home[-4:], 4127)


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


def _unknown(number: str, now: datetime, *, typo: bool = False) -> tuple[str, int]:
    form = NumberForm(None, meta={"csrf": False}, number=number[:40])
    return render_template("certs/unknown.html", number=number[:40], typo=typo, form=form, checked=now), 404


def _spent(session: Session, now: datetime) -> bool:
    """Whether this address has asked too much lately. What it was told once, it is told again all the same."""
    return reading.spent(session, service.look_up_key(_address()), now - service.WINDOW) >= BUDGET


def _too_many(form: NumberForm) -> NumberForm:
    form.form_errors = [_l("Too many look-ups from your network. Try again in 15 minutes.")]
    return form


def _count(cost: int, now: datetime, number: str = "") -> None:
    with db.write() as session:
        service.count_look_up(session, _address(), cost, now, number)


def _address() -> str:
    return request.remote_addr or ""
