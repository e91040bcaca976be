"""What staff see of documents and their layouts. No form: documents change by issuing, correcting and revoking."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.kit import EVERYWHERE, Action, Ask, Column, Filter, Find, PageLink, Screen, _l, shapes
from portal_certs import service, states
from portal_certs.models import Document, Template
from portal_certs.snapshot import Office

KINDS = {
    "certificate": _l("Certificate of qualification"),
    "proof": _l("Proof of hours"),
    "transcript": _l("Transcript of a year"),
}
ELEMENTS = {
    "text": _l("Text element"),
    "photo": _l("Photo"),
    "seal": _l("Seal"),
    "qr": _l("QR code"),
    "line": _l("Line"),
    "rect": _l("Rectangle"),
    "ornament": _l("Ornament"),
    "hours": _l("Hours to scale"),
    "table": _l("Table of courses"),
}
STATES = {
    states.PENDING: (_l("Being printed"), "run"),
    states.ISSUED: (_l("Valid"), "ok"),
    states.SUPERSEDED: (_l("Replaced"), "plain"),
    states.REVOKED: (_l("Revoked"), "bad"),
}


CORRECTIONS = {key: states.REASONS[key] for key in ("name", "id_number", "employer", "photo", "content")}
SHOWN = _l("Whoever checks the old number reads this")


def _live(row: Document) -> bool:
    return row.state in states.LIVE


def _reissue(session: Session, row: Document, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    service.reissue(session, row, said["reason"], actor_id, Office.current(), now)


def _revoke(session: Session, row: Document, said: Mapping[str, Any], actor_id: int, now: datetime) -> None:
    service.revoke(session, row, said["reason"], actor_id, now)


class Documents(Screen):
    """Every document with its holder and state."""

    key = "documents"
    model = Document
    title = _l("Certificates and proofs")
    menu = "documents"
    scope = "division_code"
    personal = True
    weight = 10
    columns = (
        Column("number", _l("Number"), shapes.CODE, sort=True),
        Column("kind", _l("Kind"), shapes.words(KINDS)),
        Column("learner", _l("Holder"), path="learner.name"),
        Column("state", _l("State"), shapes.states(STATES)),
        Column("issued_at", _l("Issue"), shapes.MOMENT),
        Column("ended_at", _l("Ended"), shapes.MOMENT),
        Column("reason", _l("Why it ended"), shapes.words(states.REASONS)),
    )
    find = (Find("number"), Find("learner.name"))
    filters = (
        Filter("state", _l("State"), choices={key: said for key, (said, _kind) in STATES.items()}),
        Filter("kind", _l("Kind"), choices=KINDS),
        Filter("division", _l("Division"), "division", "division_code"),
        Filter("issued", _l("Issue"), "days", "issued_at"),
    )
    links = (PageLink(_l("Issue and print many"), "certs.batches"),)
    actions = (
        Action(
            "reissue",
            _l("Issue it anew"),
            _l("A new certificate takes today's name, ID number, employer and photo; this one is replaced."),
            _reissue,
            _l("The new certificate is being printed."),
            lambda row: _live(row) and row.plan_id is not None,
            (Ask("reason", _l("What was corrected"), "choice", CORRECTIONS, SHOWN),),
        ),
        Action(
            "revoke",
            _l("Revoke"),
            _l("The document is no longer valid. Its number stays and says so; it does not come back."),
            _revoke,
            _l("The document was revoked."),
            _live,
            (Ask("reason", _l("Why it ended"), "choice", states.REASONS, SHOWN),),
            grave=True,
        ),
    )
    verbs = {
        "asked_issue": _l("Asked for certificates to be issued"),
        "bundled": _l("Asked for documents as one file"),
        "issued": _l("Issued a document"),
        "published": _l("Published a layout"),
        "superseded": _l("Replaced a document"),
        "tried_again": _l("Tried again to make files of documents"),
        "revoked": _l("Revoked a document"),
    }
    empty = _l("Documents appear here when a plan is complete and its learner has a photo.")


class Templates(Screen):
    """The layouts and their versions."""

    key = "document_templates"
    model = Template
    title = _l("Layouts of documents")
    menu = "documents"
    scope = EVERYWHERE
    weight = 20
    columns = (
        Column("kind", _l("Kind"), shapes.words(KINDS)),
        Column("version", _l("Version"), shapes.NUMBER),
        Column("created_at", _l("Published"), shapes.MOMENT),
    )
    links = (
        PageLink(_l("Design the certificate"), "certs.design", level="write", values={"kind": "certificate"}),
        PageLink(_l("Design the proof"), "certs.design", level="write", values={"kind": "proof"}),
        PageLink(_l("Design the transcript"), "certs.design", level="write", values={"kind": "transcript"}),
        PageLink(_l("Go on from this version"), "certs.design_from", "template_id", level="write"),
        PageLink(_l("Export as JSON"), "certs.export_layout", "template_id"),
    )
    empty = _l("The site uses the layouts it came with. Design one to make it your own.")
