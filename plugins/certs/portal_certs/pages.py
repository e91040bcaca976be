"""我的证书: a learner's certificates, what is still on its way and why, and the files."""

import io
from dataclasses import dataclass

from flask import Blueprint, render_template, send_file
from flask.typing import ResponseReturnValue

from portal.kit import (
    Misconfigured,
    Plan,
    clock,
    current_learner,
    current_storage,
    db,
    learner_required,
    plugin_setting,
)
from portal_certs import numbering, reading, states
from portal_certs.models import Document
from portal_certs.obstacles import Obstacle
from portal_certs.snapshot import Office, Snapshot

blueprint = Blueprint("certs", __name__, template_folder="templates")


@dataclass(frozen=True)
class Shown:
    """A document with what it says."""

    document: Document
    said: Snapshot

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


@blueprint.get("/centre/certificates/<number>.pdf")
@learner_required
def download(number: str) -> ResponseReturnValue:
    """The stored file, byte for byte, to its owner. :raises NotFound: unknown or somebody else's."""
    document = reading.own(db.reader(), current_learner().id, number)
    assert document.storage_key
    answer = send_file(
        io.BytesIO(current_storage().get(document.storage_key)),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{document.template.layout['title']}-{document.number}.pdf",
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def shown(learner_id: int, most: int | None = None) -> list[Shown]:
    """A learner's certificates with what they say."""
    found = reading.of_learner(db.reader(), learner_id, numbering.CERTIFICATE)
    return [Shown(document, reading.content(document)) for document in found[:most]]


def latest() -> list[Shown]:
    """The visitor's newest certificates, for the learning centre. Asked only when the card is drawn."""
    return [one for one in shown(current_learner().id, 3) if one.document.state in states.LIVE]


@blueprint.record
def refuse_a_wrong_prefix(state: object) -> None:
    """A prefix that numbers could not be read back with stops the start, not the first certificate."""
    with state.app.app_context():  # type: ignore[attr-defined]
        prefix = plugin_setting("certs", "prefix")
        if prefix and not numbering.PREFIX.fullmatch(prefix):
            raise Misconfigured("PORTAL_CERTS_PREFIX", "one to four capital letters A to Z")
