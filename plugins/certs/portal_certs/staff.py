"""What staff see of documents and their layouts. Read-only: documents change by issuing, correcting and revoking."""

from portal.kit import EVERYWHERE, Column, Filter, Find, Screen, _l, shapes
from portal_certs import states
from portal_certs.models import Document, Template

KINDS = {"certificate": _l("Certificate of qualification"), "proof": _l("Proof of hours")}
STATES = {
    states.PENDING: (_l("Being printed"), "run"),
    states.ISSUED: (_l("Valid"), "ok"),
    states.SUPERSEDED: (_l("Replaced"), "plain"),
    states.REVOKED: (_l("Revoked"), "bad"),
}


class Documents(Screen):
    """Every document with its holder and state."""

    key = "documents"
    model = Document
    title = _l("Certificates and proofs")
    menu = "documents"
    scope = "learner.division_code"
    personal = True
    weight = 10
    columns = (
        Column("number", _l("Number"), shapes.CODE, sort=True),
        Column("kind", _l("Kind"), shapes.words(KINDS)),
        Column("learner", _l("Holder"), path="learner.name"),
        Column("state", _l("State"), shapes.states(STATES)),
        Column("issued_at", _l("Issued"), shapes.MOMENT),
        Column("ended_at", _l("Ended"), shapes.MOMENT),
        Column("reason", _l("Why it ended"), shapes.words(states.REASONS)),
    )
    find = (Find("number"), Find("learner.name"))
    filters = (
        Filter("state", _l("State"), choices={key: said for key, (said, _kind) in STATES.items()}),
        Filter("kind", _l("Kind"), choices=KINDS),
        Filter("division", _l("Division"), "division", "learner.division_code"),
        Filter("issued", _l("Issued"), "days", "issued_at"),
    )
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
