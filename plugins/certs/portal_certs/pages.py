"""我的证书: a learner's certificates, what is still on its way and why, and the files."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from flask import Blueprint, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.kit import (
    Credit,
    Form,
    Learner,
    Misconfigured,
    Plan,
    Refused,
    add_problems,
    clock,
    current_learner,
    current_storage,
    db,
    learner_required,
    ledger,
    plugin_setting,
)
from portal_certs import fonts, numbering, patterns, reading, service, states, tokens
from portal_certs.models import Document
from portal_certs.obstacles import Obstacle
from portal_certs.reading import Papers
from portal_certs.snapshot import Office, Snapshot

blueprint = Blueprint(
    "certs", __name__, template_folder="templates", static_folder="static", static_url_path="/static/certs"
)


@dataclass(frozen=True)
class Shown:
    """A document with what it says."""

    document: Document
    said: Snapshot

    @property
    def page(self) -> str:
        """Where anybody with its address can check it."""
        return tokens.page(self.document.number)

    @property
    def reason(self) -> object:
        return states.reason(self.document.reason)


@dataclass(frozen=True)
class Waiting:
    """A completed plan whose certificate is not issued yet, and why."""

    plan: Plan
    obstacles: list[Obstacle]


@blueprint.get("/centre/certificates")
@learner_required
def certificates() -> str:
    """我的培训证书: everything issued, newest first, and what is still waiting."""
    session, learner, office, now = db.reader(), current_learner(), Office.current(), clock.now()
    waiting = [
        Waiting(plan, reading.obstacles_of(session, plan, office, now)) for plan in reading.waiting(session, learner.id)
    ]
    return render_template("certs/mine.html", documents=shown(learner.id), waiting=waiting)


@blueprint.get("/centre/proofs")
@learner_required
def proofs() -> str:
    """我的学时证明: the proofs there are, and the hours a new one can be made of."""
    return _proofs(Form())


@blueprint.post("/centre/proofs")
@learner_required
def request_proof() -> ResponseReturnValue:
    """Makes a proof of the chosen hours; printing it takes a few seconds."""
    chosen = [int(value) for value in request.form.getlist("credits") if value.isdecimal()]

    def issue(session: Session, learner: Learner) -> object:
        return service.issue_proof(session, learner, chosen, Office.current(), clock.now())

    return _made(issue, chosen)


@blueprint.post("/centre/transcripts/<int:year>")
@learner_required
def request_transcript(year: int) -> ResponseReturnValue:
    """学时档案 of a year, made like a proof. :raises NotFound: no hours in this year."""

    def issue(session: Session, learner: Learner) -> object:
        return service.issue_transcript(session, learner, year, Office.current(), clock.now())

    return _made(issue)


def _made(issue: Callable[[Session, Learner], object], chosen: Sequence[int] | None = None) -> ResponseReturnValue:
    """Issues what somebody asked for on the page of proofs; what stands against it is said there."""
    form = Form()
    if not form.validate_on_submit():
        return _proofs(form, chosen), 422
    fonts.warm()
    try:
        with db.write() as session:
            issue(session, session.get_one(Learner, current_learner().id))
    except Refused as refused:
        add_problems(form, refused)
        return _proofs(form, chosen), 422
    return redirect(url_for("certs.proofs"), 303)


def _proofs(form: Form, chosen: Sequence[int] | None = None) -> str:
    learner = current_learner()
    hours = ledger.live(db.reader(), learner.id)
    years: dict[int, list[Credit]] = {}
    for credit in sorted(hours, key=lambda credit: (-credit.year, credit.kind, credit.id)):
        years.setdefault(credit.year, []).append(credit)
    if chosen is None:
        chosen = [credit.id for credit in years[max(years)]] if years else []
    documents = [*shown(learner.id, kind=numbering.TRANSCRIPT), *shown(learner.id, kind=numbering.PROOF)]
    documents.sort(key=lambda one: one.document.id, reverse=True)
    return render_template("certs/proofs.html", form=form, years=years, chosen=chosen, documents=documents)


@blueprint.get("/centre/certificates/<number>.pdf")
@learner_required
def download(number: str) -> ResponseReturnValue:
    """The stored file, byte for byte, to its owner. :raises NotFound: unknown or somebody else's."""
    document = reading.own(db.reader(), current_learner().id, number)
    assert document.storage_key
    answer = send_file(
        io.BytesIO(current_storage().get(document.storage_key)),
        mimetype="application/pdf",
    )
    # Two names: some downloaders read the plain one alone, and would otherwise drop the Chinese and keep a dash.
    plain, whole = (
        f"{document.kind}-{document.number}.pdf",
        quote(f"{document.template.layout['title']}-{document.number}.pdf"),
    )
    answer.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def shown(learner_id: int, kind: str = numbering.CERTIFICATE) -> list[Shown]:
    """A learner's documents of one kind with what they say."""
    return [
        Shown(document, reading.content(document)) for document in reading.of_learner(db.reader(), learner_id, kind)
    ]


def papers() -> Papers:
    """The visitor's photo and certificates, read once for a page: its checklists and its card ask for them."""
    if "certs_papers" not in g:
        g.certs_papers = reading.papers(db.reader(), current_learner().id)
    found: Papers = g.certs_papers
    return found


def latest() -> list[Shown]:
    """The visitor's newest certificates, for the learning centre. Asked only when the card is drawn."""
    newest = [one for one in papers().certificates[:3] if one.state in states.LIVE]
    return [Shown(document, reading.content(document)) for document in newest]


@blueprint.record
def refuse_wrong_numbers(state: object) -> None:
    """Numbers that could not be read back stop the start, not the first certificate."""
    with state.app.app_context():  # type: ignore[attr-defined]
        prefix = plugin_setting("certs", "prefix")
        if prefix and not numbering.PREFIX.fullmatch(prefix):
            raise Misconfigured("PORTAL_CERTS_PREFIX", "one to four capital letters A to Z")
        try:
            patterns.parse(plugin_setting("certs", "pattern"))
        except ValueError as error:
            raise Misconfigured("PORTAL_CERTS_PATTERN", str(error)) from error
