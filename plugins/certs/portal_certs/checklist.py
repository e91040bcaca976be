"""The certificate's lines in a plan's checklist: done, what it waits for, and who has to act."""

from collections.abc import Iterable

from flask import url_for
from sqlalchemy.orm import Session

from portal.kit import Plan, PlanAction, _, clock, photos
from portal_certs import reading, service, states, tokens
from portal_certs.models import Document
from portal_certs.obstacles import Obstacle
from portal_certs.snapshot import Office

KEY, WEIGHT = "certificate", 90


def lines(session: Session, plan: Plan) -> Iterable[PlanAction]:
    """One line for a plan that earns a certificate, none for another."""
    if plan.award != service.AWARD:
        return []
    if plan.state != "complete":
        return _before(session, plan)
    document = reading.of_plan(session, plan.id)
    if document is not None:
        return [_issued(document)]
    lacking = reading.obstacles_of(session, plan, Office.current(), clock.now())
    return [_line(one) for one in lacking] or [_wait(_("The certificate is being issued"))]


def _before(session: Session, plan: Plan) -> Iterable[PlanAction]:
    """While there is still time, ask for the photo the certificate will need."""
    if photos.current(session, plan.learner.account_id) is None:
        return [_upload(_("The certificate will need your ID photo"))]
    return [_wait(_("The certificate follows when every course is complete"))]


def _issued(document: Document) -> PlanAction:
    if document.state == states.REVOKED:
        return PlanAction(
            KEY,
            "todo",
            _("The certificate was revoked"),
            tokens.page(document.number),
            _("See why"),
            WEIGHT,
        )
    if document.state == states.PENDING:
        return _wait(_("The certificate is being printed"))
    url = url_for("certs.download", number=document.number)
    return PlanAction(KEY, "done", _("The certificate is issued"), url, _("Download"), WEIGHT)


def _line(obstacle: Obstacle) -> PlanAction:
    if obstacle.kind == "photo":
        return _upload(_("The certificate waits for your ID photo"))
    return _wait(
        _("The certificate waits for the office: its font lacks %(characters)s", characters=obstacle.characters)
    )


def _upload(text: str) -> PlanAction:
    return PlanAction(KEY, "todo", text, url_for("photos.upload"), _("Upload the photo"), WEIGHT)


def _wait(text: str) -> PlanAction:
    return PlanAction(KEY, "wait", text, weight=WEIGHT)
