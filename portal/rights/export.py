"""Everything the portal and its plugins hold about one person, in one file: a zip of readable JSON and pictures."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from portal.access.models import LoginSession
from portal.assessment.models import Attempt
from portal.credits.models import Credit, OutsideActivity
from portal.messages.models import Message
from portal.orders.models import Draft, Order, OrderLine
from portal.payments.models import Payment
from portal.people.models import (
    Account,
    AgreementAcceptance,
    Clerk,
    Correction,
    CorrectionEvidence,
    Employment,
    Learner,
    LoginName,
    OrganisationApplication,
)
from portal.photos import service as photos
from portal.plugins import current_plugins
from portal.storage import current_storage
from portal.study import suspicions
from portal.study.models import Plan, PlanCourse

_SECRET = {
    "password",
    "token_digest",
    "id_index",
    "phone_index",
    "email_index",
    "address_digest",
    "credentials_version",
    "solution",
}


def pack(session: Session, account: Account) -> bytes:
    """The zip. Hours stand in hundredths and money in fen, as they are kept; times are UTC."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        tables = {name: list(map(_row, rows)) for name, rows in _tables(session, account)}
        tables |= dict(_of_plugins(session, account))
        archive.writestr("data.json", json.dumps(tables, ensure_ascii=False, indent=1, default=_plain))
        if photo := photos.current(session, account.id):
            archive.writestr("photo.jpg", photos.content(photo))
        for evidence in _evidence(session, account):
            archive.writestr(f"evidence-{evidence.id}.jpg", current_storage().get(evidence.storage_key))
        for activity in _pictured(session, account):
            archive.writestr(f"elsewhere-{activity.id}.jpg", current_storage().get(activity.storage_key))
    return out.getvalue()


def _evidence(session: Session, account: Account) -> list[CorrectionEvidence]:
    """Pictures of documents that were sent with requests for a correction and are not shredded yet."""
    query = select(CorrectionEvidence).join(Correction, Correction.id == CorrectionEvidence.correction_id)
    query = query.join(Learner, Learner.id == Correction.learner_id).where(Learner.account_id == account.id)
    return list(session.scalars(query.where(CorrectionEvidence.shredded_at.is_(None)).order_by(CorrectionEvidence.id)))


def _pictured(session: Session, account: Account) -> list[OutsideActivity]:
    """Hours from elsewhere whose picture is not shredded yet."""
    query = select(OutsideActivity).join(Learner, Learner.id == OutsideActivity.learner_id)
    mine = Learner.account_id == account.id, OutsideActivity.shredded_at.is_(None)
    return list(session.scalars(query.where(*mine).order_by(OutsideActivity.id)))


def _tables(session: Session, account: Account) -> Iterator[tuple[str, list[Any]]]:
    """Rows by what they are, in the order a person would ask for them."""

    def of(model: Any, *where: Any) -> list[Any]:
        return list(session.scalars(select(model).where(*where).order_by(model.id)))

    yield "account", [account]
    yield "login names", of(LoginName, LoginName.account_id == account.id)
    for clerk in of(Clerk, Clerk.account_id == account.id):
        yield "acts for", [clerk, clerk.organisation]
        yield (
            "registrations of the organisation",
            of(OrganisationApplication, OrganisationApplication.account_id == account.id),
        )
    yield "accepted agreements", of(AgreementAcceptance, AgreementAcceptance.account_id == account.id)
    for learner in of(Learner, Learner.account_id == account.id):
        yield "profile", [learner]
        yield "employers", of(Employment, Employment.learner_id == learner.id)
        corrections = of(Correction, Correction.learner_id == learner.id)
        yield "corrections", corrections
        yield "corrected facts", [item for one in corrections for item in one.items]
        yield "hours", of(Credit, Credit.learner_id == learner.id)
        yield "hours from elsewhere", of(OutsideActivity, OutsideActivity.learner_id == learner.id)
        plans = of(Plan, Plan.learner_id == learner.id)
        ids = [plan.id for plan in plans]
        yield "plans", plans
        courses = of(PlanCourse, PlanCourse.plan_id.in_(ids))
        yield "courses", courses
        yield "tests", of(Attempt, Attempt.plan_course_id.in_([course.id for course in courses]))
        yield "questions about study", suspicions.of_learner(session, learner.id)
        yield "order lines", of(OrderLine, OrderLine.learner_id == learner.id)
    orders = of(Order, Order.buyer_id == account.id)
    yield "orders", orders
    yield "payments", of(Payment, Payment.order_id.in_([order.id for order in orders]))
    yield "unfinished forms", of(Draft, Draft.account_id == account.id)
    yield "messages", of(Message, Message.account_id == account.id)
    yield "logins", of(LoginSession, LoginSession.account_id == account.id)


def _of_plugins(session: Session, account: Account) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What plugins hold. One that cannot answer spoils the whole file: a copy with a hole would be a lie."""
    for learner in session.scalars(select(Learner).where(Learner.account_id == account.id)):
        for one in current_plugins().ask("personal_data", closed=True, session=session, learner=learner):
            yield one.key, [dict(row) for row in one.rows]


def _row(row: Model) -> dict[str, Any]:
    names = [column.key for column in inspect(row).mapper.column_attrs]
    secret = _SECRET | ({"value"} if isinstance(row, LoginName) else set())  # a digest: of no use to anybody
    return {name: getattr(row, name) for name in names if name not in secret}


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
