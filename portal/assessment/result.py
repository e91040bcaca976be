"""What was wrong in a graded attempt. Read-only, and only for attempts whose answers may be known."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assessment import paper as papers
from portal.assessment import service
from portal.assessment.models import Attempt, Question
from portal.assessment.sheet import letter, texts_of


@dataclass(frozen=True)
class Wrong:
    """One question that was not answered right. Options as (letter, words)."""

    number: int
    stem: str
    chosen: tuple[tuple[str, str], ...]
    correct: tuple[tuple[str, str], ...]
    explanation: str


def right_count(session: Session, attempt: Attempt) -> int:
    """How many questions were answered right."""
    return sum(papers.right(attempt.paper, service.given(attempt), service.key(session, attempt)))


def wrong(session: Session, attempt: Attempt) -> list[Wrong]:
    """Every question that was not right, with what would have been, and why."""
    key, given = service.key(session, attempt), service.given(attempt)
    results = papers.right(attempt.paper, given, key)
    missed = [(position, item) for position, item in enumerate(attempt.paper) if not results[position]]
    rows = session.scalars(select(Question).where(Question.id.in_([item["question"] for _, item in missed])))
    questions = {row.id: row for row in rows}
    texts = texts_of(session, [option for _, item in missed for option in item["options"]])

    def named(item: papers.Item, wanted: set[int]) -> tuple[tuple[str, str], ...]:
        return tuple((letter(n), texts.get(o, "")) for n, o in enumerate(item["options"]) if o in wanted)

    def written(texts: list[str]) -> tuple[tuple[str, str], ...]:
        return tuple(("", text) for text in texts if text)

    return [
        Wrong(
            number=position + 1,
            stem=questions[item["question"]].stem,
            chosen=named(item, set(given.chosen.get(position, ()))) or written([given.texts.get(position, "")]),
            correct=named(item, set(key.options.get(item["question"], ())))
            or written(sorted(key.texts.get(item["question"], ()))),
            explanation=questions[item["question"]].explanation,
        )
        for position, item in missed
        if item["question"] in questions
    ]
