"""The certificate's lines in a plan's checklist: done, what it waits for, and who has to act."""

from collections.abc import Iterable, Iterator, Sequence

from flask import url_for
from sqlalchemy.orm import Session

from portal.kit import Plan, PlanAction, _, clock
from portal_certs import pages, reading, service, states, tokens
from portal_certs.models import Document
from portal_certs.obstacles import Obstacle
from portal_certs.reading import Papers
from portal_certs.snapshot import Office

KEY, WEIGHT = "certificate", 90


def lines(session: Session, plans: Sequence[Plan]) -> Iterator[PlanAction]:
    """The certificate's lines of each of the visitor's plans that earns one. One statement for all of them."""
    for plan in plans:
        if plan.award == service.AWARD:
            yield from _of_plan(session, plan, pages.papers())


def _of_plan(session: Session, plan: Plan, papers: Papers) -> Iterable[PlanAction]:
    if plan.state != "complete":
        return [_before(plan, pictured=papers.pictured)]
    document = next((one for one in papers.certificates if one.plan_id == plan.id), None)
    if document is not None:
        return [_issued(plan, document)]
    lacking = reading.obstacles_of(session, plan, Office.current(), clock.now())
    return [_line(plan, one) for one in lacking] or [_wait(plan, _("The certificate is being issued"))]


def _before(plan: Plan, *, pictured: bool) -> PlanAction:
    """While there is still time, ask for the photo the certificate will need."""
    if not pictured:
        return _upload(plan, _("The certificate will need your ID photo"))
    return _wait(plan, _("The certificate follows when every course is complete"))


def _issued(plan: Plan, document: Document) -> PlanAction:
    if document.state == states.REVOKED:
        return PlanAction(
            plan.id,
            KEY,
            "wait",
            _("The certificate was revoked"),
            tokens.page(document.number),
            _("See why"),
            WEIGHT,
        )
    if document.state == states.PENDING:
        return _wait(plan, _("The certificate is being printed"))
    url = url_for("certs.download", number=document.number)
    return PlanAction(plan.id, KEY, "done", _("The certificate is issued"), url, _("Download"), WEIGHT)


def _line(plan: Plan, obstacle: Obstacle) -> PlanAction:
    if obstacle.kind == "photo":
        return _upload(plan, _("The certificate waits for your ID photo"))
    if obstacle.kind == "number":
        return _wait(plan, _("The certificate waits for the office, which looks at your ID number"))
    return _wait(
        plan, _("The certificate waits for the office: its font lacks %(characters)s", characters=obstacle.characters)
    )


def _upload(plan: Plan, text: str) -> PlanAction:
    return PlanAction(plan.id, KEY, "todo", text, url_for("photos.upload"), _("Upload the photo"), WEIGHT)


def _wait(plan: Plan, text: str) -> PlanAction:
    return PlanAction(plan.id, KEY, "wait", text, weight=WEIGHT)
