"""Finding documents and what is still owed. Nothing here writes."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, aliased, defer

from portal.kit import Credit, Job, Learner, NotFound, Photo, Plan, ledger, photos
from portal_certs import numbering, obstacles, snapshot, states, variables
from portal_certs.layout import supplied
from portal_certs.models import Batch, Document, DocumentItem, LookUp, Template
from portal_certs.obstacles import Obstacle
from portal_certs.snapshot import Office, Snapshot


def newest_template(session: Session, kind: str) -> Template | None:
    """The version new documents are issued with."""
    query = select(Template).where(Template.kind == kind).order_by(Template.version.desc()).limit(1)
    found: Template | None = session.scalar(query)
    return found


def template_of(session: Session, kind: str, version: int) -> Template | None:
    """A version of a layout."""
    found: Template | None = session.scalar(select(Template).where(Template.kind == kind, Template.version == version))
    return found


def content(document: Document) -> Snapshot:
    """What a document says."""
    return Snapshot.model_validate_json(document.snapshot)


def of_plan(session: Session, plan_id: int) -> Document | None:
    """The latest certificate of a plan, whatever its state."""
    query = select(Document).where(Document.plan_id == plan_id, Document.kind == numbering.CERTIFICATE)
    found: Document | None = session.scalar(query.order_by(Document.id.desc()).limit(1))
    return found


def of_learner(session: Session, learner_id: int, kind: str) -> list[Document]:
    """A learner's documents, newest first."""
    query = select(Document).where(Document.learner_id == learner_id, Document.kind == kind)
    return list(session.scalars(query.order_by(Document.id.desc())))


@dataclass(frozen=True)
class Papers:
    """Whether a learner has a photo, and their certificates, newest first."""

    pictured: bool
    certificates: list[Document]


def papers(session: Session, learner_id: int) -> Papers:
    """What a page about a learner's plans has to know. One statement."""
    pictured = exists().where(Photo.account_id == Learner.account_id, Photo.replaced_at.is_(None))
    theirs = and_(Document.learner_id == Learner.id, Document.kind == numbering.CERTIFICATE)
    query = select(pictured, Document).select_from(Learner).outerjoin(Document, theirs).where(Learner.id == learner_id)
    rows = session.execute(query.order_by(Document.id.desc())).all()
    return Papers(any(photo for photo, _ in rows), [document for _, document in rows if document is not None])


def own(session: Session, learner_id: int, number: str) -> Document:
    """A learner's printed document. :raises NotFound: unknown, somebody else's, or not printed yet."""
    found = by_number(session, number)
    if found is None or found.learner_id != learner_id or found.storage_key is None:
        raise NotFound(number)
    return found


def by_number(session: Session, number: str) -> Document | None:
    """The document of a number, however it is typed and whatever pattern it was issued under."""
    found: Document | None = session.scalar(select(Document).where(Document.plain == numbering.plain(number)))
    return found


def successor(session: Session, document: Document) -> Document | None:
    """The document that replaced this one."""
    found: Document | None = session.scalar(select(Document).where(Document.replaces_id == document.id))
    return found


def waiting(session: Session, learner_id: int) -> list[Plan]:
    """A learner's completed plans whose certificate has not been issued yet."""
    query = select(Plan).where(Plan.learner_id == learner_id, *_owed())
    return list(session.scalars(query.order_by(Plan.id.desc())))


def owed(session: Session, after: int, most: int) -> Sequence[int]:
    """Ids of plans after `after` that are owed a certificate and whose learner has a photo, in their order."""
    pictured = exists().where(Photo.account_id == Learner.account_id, Photo.replaced_at.is_(None))
    query = select(Plan.id).join(Learner, Learner.id == Plan.learner_id).where(Plan.id > after, pictured, *_owed())
    query = query.where(~Learner.in_doubt)
    return session.scalars(query.order_by(Plan.id).limit(most)).all()


def owed_in(session: Session, divisions: Collection[str], most: int) -> tuple[list[int], int]:
    """Ids of plans of these divisions whose certificate could be issued now, and how many more wait for a photo."""
    pictured = exists().where(Photo.account_id == Learner.account_id, Photo.replaced_at.is_(None))
    query = select(Plan.id).join(Learner, Learner.id == Plan.learner_id).where(*_owed())
    query = query.where(Learner.division_code.in_(divisions), ~Learner.in_doubt)
    ready = session.scalars(query.where(pictured).order_by(Plan.id).limit(most)).all()
    waiting_ = session.scalar(select(func.count()).select_from(query.where(~pictured).subquery())) or 0
    return list(ready), waiting_


def certificates_of(session: Session, plans: Collection[int]) -> Sequence[Document]:
    """The certificates that plans got first, in their order."""
    query = select(Document).where(Document.plan_id.in_(plans), Document.replaces_id.is_(None))
    return session.scalars(query.options(defer(Document.snapshot)).order_by(Document.id)).all()


def unprinted(session: Session, before: datetime) -> Sequence[int]:
    """Ids of documents that were issued before a moment and are still not printed."""
    query = select(Document.id).where(Document.state == states.PENDING, Document.issued_at < before)
    return session.scalars(query.order_by(Document.id)).all()


def hollow(session: Session) -> Sequence[int]:
    """Ids of live documents that rest on hours which were taken back since, and which no other plan earns instead."""
    heir = aliased(Credit)
    same = heir.learner_id == Credit.learner_id, heir.course_id == Credit.course_id, heir.year == Credit.year
    inherited = exists().where(*same, heir.hours == Credit.hours, heir.reversed_by.is_(None))
    query = (
        select(Document.id)
        .join(DocumentItem, DocumentItem.document_id == Document.id)
        .join(Credit, Credit.id == DocumentItem.credit_id)
        .where(Document.state.in_(states.LIVE), Credit.reversed_by.is_not(None), ~inherited)
    )
    return session.scalars(query.distinct()).all()


def stored(session: Session) -> Iterator[Document]:
    """Every document that has a file, in the order of issue; a batch at a time."""
    query = select(Document).where(Document.storage_key.is_not(None)).order_by(Document.id)
    return session.scalars(query.execution_options(yield_per=200))


def by_hash(session: Session, sha256: str) -> Document | None:
    """The document whose file has this fingerprint."""
    found: Document | None = session.scalar(select(Document).where(Document.sha256 == sha256).limit(1))
    return found


def predecessor(session: Session, document: Document) -> Document | None:
    """The document this one replaced."""
    return session.get(Document, document.replaces_id) if document.replaces_id else None


def _owed() -> tuple[ColumnElement[bool], ...]:
    ever = exists().where(Document.plan_id == Plan.id, Document.kind == numbering.CERTIFICATE)
    return Plan.state == "complete", Plan.award == numbering.CERTIFICATE, ~ever


def obstacles_of(session: Session, plan: Plan, office: Office, now: datetime) -> list[Obstacle]:
    """What the certificate of a completed plan still waits for; empty: it is being issued."""
    photo = photos.current(session, plan.learner.account_id)
    template = newest_template(session, numbering.CERTIFICATE)
    layout = template.layout if template else supplied(numbering.CERTIFICATE)
    said = snapshot.of_plan(session, plan, photo, office, now, variables.asked(layout))
    return obstacles.found(said, layout, in_doubt=plan.learner.in_doubt)


def batches_of(session: Session, account_id: int) -> list[Batch]:
    """Files of many documents that somebody asked for, newest first."""
    return list(session.scalars(select(Batch).where(Batch.account_id == account_id).order_by(Batch.id.desc())))


def given_up(session: Session, names: Sequence[str]) -> Sequence[Job]:
    """Which jobs of these names were given up, the oldest first."""
    return session.scalars(select(Job).where(Job.unique.in_(names), Job.state == "failed").order_by(Job.id)).all()


def expired(session: Session, now: datetime) -> Sequence[Batch]:
    """Files whose time is over."""
    return session.scalars(select(Batch).where(Batch.expires_at <= now)).all()


def chosen(
    session: Session,
    visible: ColumnElement[bool],
    kind: str,
    division: str,
    first: datetime | None,
    before: datetime | None,
    most: int,
) -> list[int]:
    """Ids of valid documents of a kind in their order, narrowed by division and moment of issue."""
    query = select(Document.id).where(visible, Document.kind == kind, Document.state == states.ISSUED)
    if division:
        query = query.where(Document.division_code == division)
    if first:
        query = query.where(Document.issued_at >= first)
    if before:
        query = query.where(Document.issued_at < before)
    return list(session.scalars(query.order_by(Document.id).limit(most)))


def credits_of(session: Session, plan: Plan) -> list[Credit]:
    """The live entries of the ledger that stand for a plan's courses; some may have been earned by another plan."""
    years = {course.year for course in plan.courses}
    wanted = {(course.course_id, course.year) for course in plan.courses}
    live = ledger.live(session, plan.learner_id, years)
    return [credit for credit in reversed(live) if (credit.course_id, credit.year) in wanted]


def spent(session: Session, key: str, since: datetime) -> int:
    """What an address has looked up since a moment, as `service.count_look_up` counts."""
    row = session.get(LookUp, key)
    return row.cost if row and row.window_start > since else 0
