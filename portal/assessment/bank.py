"""The question bank as a spreadsheet: in with every error of every row, out in the same columns."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.assessment.models import FILL, Question, QuestionOption
from portal.audit import service as audit
from portal.catalogue.models import Course
from portal.sheets import checking, layout, tables, values
from portal.sheets.checking import Line, Report
from portal.sheets.reading import Book
from portal.types import Problem

_DATA = Path(__file__).parent / "data"
WORDS = tomllib.loads((_DATA / "words.toml").read_text("utf-8"))
KINDS = {word: kind for kind, known in WORDS["kinds"].items() for word in known}
HARDNESS = {word: int(key) for key, known in WORDS["difficulties"].items() for word in known}
TRUTHS = {word: key == "true" for key, known in WORDS["truths"].items() for word in known}
LETTERS = str(WORDS["letters"])
LAYOUT = layout.load(
    _DATA / "columns.toml",
    {
        **dict.fromkeys(("course", "kind", "difficulty"), values.code),
        **dict.fromkeys(("stem", "answer", "option", "explanation", "tags"), values.text),
    },
)
OPTION_LONGEST, TAGS_LONGEST = 300, 200
_BETWEEN = re.compile(r"[|｜]")  # answers that are accepted, one beside the other
_NOT_A_LETTER = re.compile(r"[\s,，、;；.]+")


@dataclass(frozen=True)
class Read:
    """A question as a row says it. `options`: words and whether they are right."""

    course: str
    kind: str
    stem: str
    options: tuple[tuple[str, bool], ...]
    explanation: str
    difficulty: int
    tags: str


@dataclass
class Outcome:
    """What a file did, or in a dry run would do. `known` questions stand in the bank word for word already."""

    report: Report
    added: int = 0
    known: int = 0


def bring_in(session: Session, book: Book, actor_id: int | None, *, dry: bool, anyway: bool = False) -> Outcome:
    """Reads, checks and adds. In a dry run, or while rows are wrong and not `anyway`, nothing is added.

    :raises Refused: the file holds no such table
    """
    courses = {row.code: row.id for row in session.execute(select(Course.code, Course.id))}
    report = checking.check(tables.find(book, LAYOUT), lambda data: _problems(data, courses))
    report = replace(report, lines=list(_once(report.lines)))
    fresh = [_read(line) for line in report.good]
    stems = {row.course for row in fresh}
    there = select(Course.code, Question.stem).join(Course).where(Course.code.in_(stems))
    known = {(code, stem) for code, stem in session.execute(there)}
    wanted = [one for one in fresh if (one.course, one.stem) not in known]
    outcome = Outcome(report, len(wanted), len(fresh) - len(wanted))
    if not dry and (anyway or not report.bad):
        added = [_question(one, courses[one.course]) for one in wanted]
        session.add_all(added)
        session.flush()
        audit.record_many(session, actor_id, "question.imported", Question.__tablename__, [one.id for one in added])
    return outcome


def headings() -> list[str]:
    """The columns of our own files, in their order."""
    options = [f"{WORDS['option']}{letter}" for letter in LETTERS[:6]]
    found: list[str] = []
    for column in LAYOUT.columns:
        found += options if column.pattern else [column.title]
    return found


def rows(session: Session, course_id: int | None = None) -> Iterator[list[str]]:
    """Every question, or those of a course, as `bring_in` reads them."""
    query = select(Question).order_by(Question.course_id, Question.id)
    query = query.options(selectinload(Question.options), selectinload(Question.course))
    for one in session.scalars(query if course_id is None else query.where(Question.course_id == course_id)):
        said = [option.text for option in one.options]
        chosen = [] if one.kind == FILL else [*said, *[""] * 6][: max(6, len(said))]
        yield [
            one.course.code,
            WORDS["kinds"][one.kind][0],
            one.stem,
            _answer(one),
            *(chosen or [""] * 6),
            one.explanation,
            WORDS["difficulties"][str(one.difficulty)][0],
            one.tags,
        ]


def _answer(one: Question) -> str:
    if one.kind == FILL:
        return str(WORDS["between"]).join(option.text for option in one.options)
    return "".join(LETTERS[at] for at, option in enumerate(one.options) if option.correct)


def _options(data: Mapping[str, Any]) -> dict[str, str]:
    """Options by their letter, as headings say it."""
    given = data.get("option", {})
    return {(first or second).upper(): text for (first, second), text in given.items()}


def _letters(answer: str) -> list[str]:
    return list(_NOT_A_LETTER.sub("", answer).upper())


def _problems(data: Mapping[str, Any], courses: Mapping[str, int]) -> Iterator[Problem]:
    """What is wrong with a row beside its single cells."""
    if "course" in data and data["course"] not in courses:
        yield Problem(_l("No course has this number."), "course")
    if "difficulty" in data and data["difficulty"] not in HARDNESS:
        yield Problem(_l("The difficulty is one of: %(words)s.", words=_first("difficulties")), "difficulty")
    if len(data.get("tags", "")) > TAGS_LONGEST:
        yield Problem(_l("At most %(count)s characters.", count=TAGS_LONGEST), "tags")
    kind = KINDS.get(data.get("kind", ""))
    if "kind" in data and kind is None:
        yield Problem(_l("The kind is one of: %(words)s.", words=_first("kinds")), "kind")
    if kind is not None and "answer" in data:
        yield from _wrong_answer(kind, str(data["answer"]), _options(data))


def _wrong_answer(kind: str, answer: str, options: Mapping[str, str]) -> Iterator[Problem]:
    if any(len(text) > OPTION_LONGEST for text in options.values()):
        yield Problem(_l("At most %(count)s characters.", count=OPTION_LONGEST), "option")
    if kind == FILL:
        if not all(part.strip() for part in _BETWEEN.split(answer)):
            yield Problem(_l("One of the accepted answers is empty."), "answer")
        return
    if kind == "true_false" and answer.casefold() in TRUTHS:
        return
    if kind == "true_false" and not options:
        yield Problem(_l("Write whether it is true: %(words)s.", words=_first("truths")), "answer")
        return
    if len(options) < 2:
        yield Problem(_l("A question has at least two answers."), "option")
        return
    letters = _letters(answer)
    if not letters or not set(letters) <= set(options):
        yield Problem(_l("Write the letters of the right answers; each must have its column filled in."), "answer")
    elif kind == "multiple" and len(set(letters)) < 2:
        yield Problem(_l("At least two answers must be right."), "answer")
    elif kind != "multiple" and len(set(letters)) != 1:
        yield Problem(_l("Exactly one answer must be right."), "answer")


def _once(lines: list[Line]) -> Iterator[Line]:
    """A question that stands twice in the file is wrong the second time."""
    seen: set[tuple[Any, Any]] = set()
    for line in lines:
        name = (line.data.get("course"), line.data.get("stem"))
        again = None not in name and name in seen
        seen.add(name)
        yield line.but(Problem(_l("This question stands in the file already."), "stem")) if again else line


def _read(line: Line) -> Read:
    data = line.data
    kind, answer, options = KINDS[data["kind"]], str(data["answer"]), _options(data)
    if kind == FILL:
        said = [(part.strip(), True) for part in _BETWEEN.split(answer)]
    elif kind == "true_false" and answer.casefold() in TRUTHS:
        truth = TRUTHS[answer.casefold()]
        said = [(WORDS["truths"]["true"][0], truth), (WORDS["truths"]["false"][0], not truth)]
    else:
        right = set(_letters(answer))
        said = [(options[letter], letter in right) for letter in sorted(options)]
    return Read(
        course=data["course"],
        kind=kind,
        stem=data["stem"],
        options=tuple(said),
        explanation=data.get("explanation", ""),
        difficulty=HARDNESS.get(data.get("difficulty", ""), 2),
        tags=" ".join(re.split(r"[\s,，、;；]+", data.get("tags", ""))),
    )


def _question(one: Read, course_id: int) -> Question:
    options = [QuestionOption(position=at, text=text, correct=right) for at, (text, right) in enumerate(one.options)]
    return Question(
        course_id=course_id,
        kind=one.kind,
        stem=one.stem,
        explanation=one.explanation,
        difficulty=one.difficulty,
        tags=one.tags,
        active=True,
        options=options,
    )


def _first(key: str) -> str:
    return "、".join(str(known[0]) for known in WORDS[key].values())
