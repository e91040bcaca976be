"""Corrections of what is on file: asked for with evidence, decided by staff fact by fact.

Nothing that was issued changes: documents and the ledger keep what stood on file in their time.

    open -> decided | withdrawn
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock, db
from portal.audit import service as audit
from portal.errors import Conflict, NotFound, Refused
from portal.messages import service as messages
from portal.people import contact, identity, login_names, registration, service
from portal.people.models import Correction, CorrectionEvidence, CorrectionItem, Learner, LoginName
from portal.photos.checks import Checked
from portal.storage import current_storage
from portal.types import Problem
from portal.vault import current_vault

FIELDS = ("name", "id", "employer")
PICTURES_MOST = 2
NOTE_LONGEST, REASON_LONGEST = 500, 300


@dataclass(frozen=True)
class Wanted:
    """What should stand on file. An empty ID number means: as it is."""

    name: str
    id_kind: str
    id_number: str
    employer: str
    division_code: str

    def normal(self) -> "Wanted":
        """The same in the forms that are kept and compared."""
        return replace(
            self,
            name=contact.normal_name(self.name),
            id_number=identity.normalise(self.id_number),
            employer=contact.normal_employer(self.employer),
        )


@dataclass(frozen=True)
class Decision:
    """What staff decided about one fact. A refusal has a reason, which the learner reads."""

    accepted: bool
    reason: str = ""


def ask(
    session: Session, learner_id: int, wanted: Wanted, pictures: Sequence[Checked], note: str, now: datetime
) -> Correction:
    """A request with one item per fact that differs.

    :raises Refused: nothing differs, a new value is wrong, there is no evidence.
    :raises Conflict: an earlier request is still open.
    """
    learner = session.get_one(Learner, learner_id)
    if current(session, learner_id) is not None:
        raise Conflict(_l("An earlier request is still open. Wait for its decision, or withdraw it."))
    wanted = wanted.normal()
    items = list(_items(learner, wanted))
    found = [problem for item in items for problem in _problems(session, item.field, item.after, item.detail)]
    if not items:
        found.append(Problem(_l("Change what is wrong; what is right stays as it is.")))
    if not pictures:
        found.append(Problem(_l("Add a picture of your ID or of another document that proves it."), "evidence"))
    if len(note) > NOTE_LONGEST:
        found.append(Problem(_l("At most %(count)s characters.", count=NOTE_LONGEST), "note"))
    if found:
        raise Refused(problems=found)
    correction = Correction(learner_id=learner_id, note=note, created_at=now, items=items)
    correction.evidence = [_kept(picture, now) for picture in pictures[:PICTURES_MOST]]
    session.add(correction)
    audit.record(session, learner.account_id, "correction_asked", correction, after={"fields": _names(items)})
    return correction


def withdraw(session: Session, learner_id: int, correction_id: int, now: datetime) -> None:
    """The learner takes the request back. :raises NotFound: none of theirs, or decided already."""
    correction = session.get(Correction, correction_id)
    if (
        correction is None
        or correction.learner_id != learner_id
        or not _settle(session, correction_id, "withdrawn", now)
    ):
        raise NotFound(f"correction {correction_id}")
    audit.record(session, correction.learner.account_id, "correction_withdrawn", correction)


def decide(
    session: Session, correction_id: int, staff_id: int, decisions: Mapping[str, Decision], now: datetime
) -> Correction:
    """Staff decide every fact; accepted ones change what is on file, and the learner is told.

    :raises Refused: a fact without decision, a refusal without reason, a number that somebody else has by now.
    :raises Conflict: it was decided or withdrawn meanwhile.
    """
    correction = session.get(Correction, correction_id)
    if correction is None:
        raise NotFound(f"correction {correction_id}")
    if found := list(_undecided(session, correction, decisions)):
        raise Refused(problems=found)
    if not _settle(session, correction_id, "decided", now, staff_id):
        raise Conflict(_l("This request has been decided or withdrawn already."))
    for item in correction.items:
        decision = decisions[item.field]
        item.accepted, item.reason = decision.accepted, decision.reason.strip()
        if decision.accepted:
            _apply(session, correction.learner, item)
        audit.record(
            session,
            staff_id,
            "corrected" if decision.accepted else "correction_refused",
            correction.learner,
            before={item.field: _digest(item.before)},
            after={item.field: _digest(item.after)},
            reason=item.reason,
        )
    accepted = any(item.accepted for item in correction.items)
    kind = "correction_done" if accepted else "correction_refused"
    messages.post(session, correction.learner.account_id, kind, url="/me/corrections")
    return correction


def current(session: Session, learner_id: int) -> Correction | None:
    """The open request of a learner."""
    return session.scalar(select(Correction).where(Correction.learner_id == learner_id, Correction.state == "open"))


def of_learner(session: Session, learner_id: int) -> list[Correction]:
    """All requests of a learner, the newest first."""
    query = select(Correction).where(Correction.learner_id == learner_id)
    return list(session.scalars(query.order_by(Correction.id.desc())))


def queue(session: Session, divisions: set[str] | None = None, limit: int = 100) -> list[Correction]:
    """Open requests, the oldest first; of learners in these divisions only, unless None."""
    query = select(Correction).join(Learner).where(Correction.state == "open")
    if divisions is not None:
        query = query.where(Learner.division_code.in_(divisions))
    return list(session.scalars(query.order_by(Correction.id).limit(limit)))


def picture(session: Session, correction_id: int, evidence_id: int) -> bytes:
    """A piece of evidence as JPEG. :raises NotFound: not of this request, or shredded."""
    found = session.get(CorrectionEvidence, evidence_id)
    if found is None or found.correction_id != correction_id or found.shredded_at is not None:
        raise NotFound(f"evidence {evidence_id}")
    return current_storage().get(found.storage_key)


def _items(learner: Learner, wanted: Wanted) -> Iterator[CorrectionItem]:
    present = service.present_employment(learner)
    employer = present.employer_name if present else ""
    division = present.division_code if present else learner.division_code
    if wanted.name != learner.name:
        yield CorrectionItem(field="name", before=learner.name, after=wanted.name)
    if wanted.id_number and (wanted.id_kind, wanted.id_number) != (learner.id_kind, learner.id_number):
        yield CorrectionItem(field="id", before=learner.id_number, after=wanted.id_number, detail=wanted.id_kind)
    if (wanted.employer, wanted.division_code) != (employer, division):
        yield CorrectionItem(field="employer", before=employer, after=wanted.employer, detail=wanted.division_code)


def _problems(session: Session, field: str, after: str, detail: str) -> list[Problem]:
    """What is wrong with a new value, at the field of the form."""
    if field == "name":
        fault = contact.name_problem(after)
        return [Problem(fault, "name")] if fault else []
    if field == "employer":
        return registration.employer_problems(session, after, detail)
    if detail not in identity.BY_KEY:
        return [Problem(_l("Choose the kind of ID."), "id_kind")]
    if fault := identity.check(detail, after, clock.today(clock.now())):
        return [Problem(fault, "id_number")]
    return []


def _conflicts(session: Session, learner: Learner, item: CorrectionItem) -> list[Problem]:
    """What only staff read when they decide: whoever asks is not told whose a number is (docs/adr/0010)."""
    if item.field != "id" or registration.taken(session, item.after, but=learner.account_id) is None:
        return []
    return [Problem(_l("Another account has this ID number. Join both accounts, or leave it as it is."), "id")]


def _undecided(session: Session, correction: Correction, decisions: Mapping[str, Decision]) -> Iterator[Problem]:
    for item in correction.items:
        decision = decisions.get(item.field)
        if decision is None:
            yield Problem(_l("Decide about every fact."), item.field)
        elif not decision.accepted and not decision.reason.strip():
            yield Problem(_l("Say why, in words the learner understands."), item.field)
        elif len(decision.reason) > REASON_LONGEST:
            yield Problem(_l("At most %(count)s characters.", count=REASON_LONGEST), item.field)
        elif decision.accepted:
            for problem in _problems(session, item.field, item.after, item.detail):
                yield Problem(problem.message, item.field)
            yield from _conflicts(session, correction.learner, item)


def _settle(session: Session, correction_id: int, state: str, now: datetime, by: int | None = None) -> bool:
    still = update(Correction).where(Correction.id == correction_id, Correction.state == "open")
    return bool(db.changed(session, still.values(state=state, decided_at=now, decided_by=by)))


def _apply(session: Session, learner: Learner, item: CorrectionItem) -> None:
    if item.field == "name":
        learner.name = learner.account.first_name = item.after
    elif item.field == "employer":
        service.correct_employer(session, learner, item.after, item.detail)
    else:
        _change_number(session, learner, item)


def _change_number(session: Session, learner: Learner, item: CorrectionItem) -> None:
    former, login = learner.id_index, identity.BY_KEY[item.detail].login
    right = registration.index(login, item.after)
    if (twin := _joined_with(session, learner, right)) is not None:
        _swap(session, learner, twin)
        return
    learner.id_kind, learner.id_number, learner.id_index = item.detail, item.after, right
    mine = or_(LoginName.value == former, LoginName.kind == login_names.CLAIM)
    query = select(LoginName).where(LoginName.account_id == learner.account_id, mine)
    for name in session.scalars(query):
        name.kind, name.value = login, right
    try:
        session.flush()
    except IntegrityError as error:  # somebody registered with it milliseconds ago
        raise Refused(problems=[registration.taken_sentence("id_number")]) from error


def _joined_with(session: Session, learner: Learner, index: str) -> Learner | None:
    """The account with this number that was joined to the learner's."""
    return session.scalar(select(Learner).where(Learner.id_index == index, Learner.merged_into == learner.id))


def _swap(session: Session, learner: Learner, twin: Learner) -> None:
    """The emptied account had the right number: the two change theirs. Both lead to the learner at log-in already."""
    mine = (learner.id_kind, learner.id_number, learner.id_index)
    theirs = (twin.id_kind, twin.id_number, twin.id_index)
    twin.id_index = f"joined {twin.id}"  # for the moment: an index stands once
    session.flush()
    learner.id_kind, learner.id_number, learner.id_index = theirs
    session.flush()
    twin.id_kind, twin.id_number, twin.id_index = mine
    session.flush()


def _kept(picture: Checked, now: datetime) -> CorrectionEvidence:
    key = f"evidence/{now:%Y/%m}/{secrets.token_hex(16)}.jpg"
    return CorrectionEvidence(storage_key=key, sha256=current_storage().put(key, picture.data, personal=True))


def _names(items: Sequence[CorrectionItem]) -> list[str]:
    return [item.field for item in items]


def _digest(value: str) -> str:
    return current_vault().blind("audit", value)[:16]
