"""What a learner has answered so far: kept as a draft of the core, found again after a new login."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kit import Draft, Learner, Project, clock, current_settings, drafts
from portal_enrollment import MODE


@dataclass(frozen=True)
class Answers:
    """Answers of the steps. `token` is drawn once and makes the order's key; `courses` None: not chosen yet.

    `replaces` is the number of the unpaid order these answers are to take the place of.
    """

    token: str
    class_id: int | None = None
    courses: tuple[int, ...] | None = None
    step: str = "training_class"  # where to go on
    version: int = 0
    saved_at: datetime | None = None
    replaces: str = ""

    @property
    def key(self) -> str:
        """Key of the order these answers make: other answers make another order, a double click does not."""
        return f"{MODE}:{self.token}:{self.version}"


def fresh() -> Answers:
    return Answers(token=secrets.token_urlsafe(18))


def load(session: Session, learner: Learner, project_id: int) -> Answers | None:
    """The answers kept for a project, None when there are none."""
    draft = drafts.load(session, learner.account_id, MODE, str(project_id), clock.now())
    return _answers(draft) if draft else None


def keep(session: Session, learner: Learner, project_id: int, answers: Answers) -> Answers:
    """Keeps answers. Saving the same once more, as a double click does, changes nothing.

    :raises Conflict: another window or device has saved something else since.
    """
    kept = load(session, learner, project_id)
    if kept is not None and _facts(kept) == _facts(answers):
        return kept
    draft = drafts.save(
        session,
        learner.account_id,
        MODE,
        str(project_id),
        answers.step,
        _facts(answers),
        answers.version,
        clock.now(),
        current_settings().draft_days,
    )
    return _answers(draft)


def drop(session: Session, learner: Learner, project_id: int) -> None:
    drafts.drop(session, learner.account_id, MODE, str(project_id))


def unfinished(session: Session, learner: Learner) -> list[tuple[Project, Answers]]:
    """Half-done forms of projects, newest first. Two statements at most."""
    query = (
        select(Draft)
        .where(Draft.account_id == learner.account_id, Draft.mode == MODE, Draft.expires_at > clock.now())
        .order_by(Draft.updated_at.desc())
    )
    found = {int(draft.key): _answers(draft) for draft in session.scalars(query)}
    if not found:
        return []
    projects = {one.id: one for one in session.scalars(select(Project).where(Project.id.in_(found)))}
    return [(projects[project_id], answers) for project_id, answers in found.items() if project_id in projects]


def _facts(answers: Answers) -> dict[str, Any]:
    courses = None if answers.courses is None else sorted(answers.courses)
    return {
        "token": answers.token,
        "class_id": answers.class_id,
        "courses": courses,
        "replaces": answers.replaces,
    }


def _answers(draft: Draft) -> Answers:
    courses = draft.data["courses"]
    return Answers(
        token=draft.data["token"],
        class_id=draft.data["class_id"],
        courses=None if courses is None else tuple(courses),
        step=draft.step,
        version=draft.version,
        saved_at=draft.updated_at,
        replaces=draft.data.get("replaces", ""),  # forms begun before orders could be changed
    )
