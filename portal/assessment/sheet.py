"""A question and the answer sheet as the candidate may see them: never what is right. Read-only."""

from dataclasses import dataclass
from datetime import datetime

from portal.assessment.models import Attempt
from portal.errors import NotFound
from portal.storage import current_storage


@dataclass(frozen=True)
class Choice:
    """One option: its letter on this paper, its id and words."""

    letter: str
    option_id: int
    text: str
    chosen: bool


@dataclass(frozen=True)
class Asked:
    """One question of a paper, with what was saved."""

    number: int
    kind: str
    stem: str
    choices: tuple[Choice, ...]
    flagged: bool
    saved_at: datetime | None
    text: str = ""  # what was written
    picture: bool = False
    picture_words: str = ""


@dataclass(frozen=True)
class Mark:
    """A field of the answer sheet."""

    number: int
    answered: bool
    flagged: bool


def question(attempt: Attempt, number: int) -> Asked:
    """The question at this number, counted from 1."""
    item = attempt.paper[number - 1]
    saved = next((answer for answer in attempt.answers if answer.position == number - 1), None)
    chosen = set(saved.chosen) if saved else set()
    return Asked(
        number=number,
        kind=item["kind"],
        stem=item["stem"],
        choices=tuple(
            Choice(letter(position), option, words, option in chosen)
            for position, (option, words) in enumerate(zip(item["options"], item["texts"], strict=True))
        ),
        flagged=bool(saved and saved.flagged),
        saved_at=saved.saved_at if saved else None,
        text=saved.text if saved else "",
        picture=item["picture"] is not None,
        picture_words=item["picture_words"],
    )


def picture(attempt: Attempt, number: int) -> bytes:
    """The picture of a question as JPEG. :raises NotFound: there is none."""
    found = attempt.paper[number - 1]["picture"] if 1 <= number <= len(attempt.paper) else None
    if found is None:
        raise NotFound(f"picture {number}")
    return current_storage().get(found)


def marks(attempt: Attempt) -> list[Mark]:
    """The whole answer sheet, in order."""
    saved = {answer.position: answer for answer in attempt.answers}
    return [
        Mark(
            number=position + 1,
            answered=bool(position in saved and (saved[position].chosen or saved[position].text)),
            flagged=bool(position in saved and saved[position].flagged),
        )
        for position in range(len(attempt.paper))
    ]


def letter(position: int) -> str:
    """0 -> "A"."""
    return chr(ord("A") + position)
