"""What was wrong in a graded attempt. Only for attempts whose answers may be known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.assessment import paper as papers
from portal.assessment import service
from portal.assessment.models import FILL, Attempt
from portal.assessment.sheet import letter


@dataclass(frozen=True)
class Wrong:
    """One question that was not answered right. Options as (letter, words)."""

    number: int
    stem: str
    chosen: tuple[tuple[str, str], ...]
    correct: tuple[tuple[str, str], ...]
    explanation: str


def right_count(attempt: Attempt) -> int:
    """How many questions were answered right."""
    return sum(papers.right(attempt.paper, attempt.solution, service.given(attempt)))


def wrong(attempt: Attempt) -> list[Wrong]:
    """Every question that was not right, with what would have been, and why."""
    given = service.given(attempt)
    results = papers.right(attempt.paper, attempt.solution, given)
    return [
        Wrong(
            number=position + 1,
            stem=item["stem"],
            chosen=_said(item, [given.texts.get(position, "")] if item["kind"] == FILL else given.chosen.get(position)),
            correct=_said(item, known["right"]),
            explanation=known["explanation"],
        )
        for position, (item, known) in enumerate(zip(attempt.paper, attempt.solution, strict=True))
        if not results[position]
    ]


def _said(item: papers.Item, answers: Sequence[Any] | None) -> tuple[tuple[str, str], ...]:
    """Options with their letters in the order of the paper; texts without."""
    if item["kind"] == FILL:
        return tuple(("", text) for text in sorted(answers or ()) if text)
    options = zip(item["options"], item["texts"], strict=True)
    return tuple((letter(n), words) for n, (option, words) in enumerate(options) if option in (answers or ()))
