"""The texts of the demonstration as typed values. Their form: texts/README.md."""

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class QuestionText:
    """A question with its options in the order written, each with whether it is right."""

    kind: str  # single | multiple | true_false
    stem: str
    options: tuple[tuple[str, bool], ...]
    explanation: str


@dataclass(frozen=True)
class CourseText:
    """A course; `hours` in 学时, `price` in yuan. A video, then an article, then the handout where one is named."""

    title: str
    teacher: str
    hours: int
    price: int
    summary: str
    lessons: tuple[str, str]
    article: str
    handout: str  # title of the document, or empty
    compulsory: bool
    questions: tuple[QuestionText, ...]


@dataclass(frozen=True)
class Shelf:
    """The courses of a specialty, or the public ones. Course codes begin with the year and `prefix`."""

    key: str
    prefix: str
    name: str
    summary: str
    courses: tuple[CourseText, ...]


@dataclass(frozen=True)
class CategoryText:
    """A category and its specialties."""

    key: str
    name: str
    shelves: tuple[Shelf, ...]


@dataclass(frozen=True)
class NoticeText:
    """A notice, published so many days before the first start."""

    title: str
    body: str
    days_ago: int
    pinned: bool


def categories() -> list[CategoryText]:
    """All categories in their order."""
    found = _toml("office")["category"]
    return [CategoryText(one["key"], one["name"], tuple(shelf(key) for key in one["specialties"])) for one in found]


def notices(year: int) -> list[NoticeText]:
    """All notices, newest first."""
    return [
        NoticeText(
            one["title"].format(year=year),
            one["body"].format(year=year).strip(),
            one["days_ago"],
            one.get("pinned", False),
        )
        for one in _toml("office")["notice"]
    ]


def employers() -> list[dict[str, str]]:
    """Rows of kind (first two characters of the credit code), division, name."""
    with (TEXTS / "employers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shelf(key: str) -> Shelf:
    """One file of courses."""
    data = _toml(key)
    courses = tuple(_course(one) for one in data["course"])
    return Shelf(data["key"], data["prefix"], data["name"], data.get("summary", ""), courses)


def _toml(key: str) -> dict[str, Any]:
    return tomllib.loads((TEXTS / f"{key}.toml").read_text(encoding="utf-8"))


def _course(data: dict[str, Any]) -> CourseText:
    first, second = data["lessons"]
    return CourseText(
        data["title"],
        data["teacher"],
        data["hours"],
        data["price"],
        data["summary"],
        (first, second),
        data["article"].strip(),
        data.get("handout", ""),
        data.get("compulsory", False),
        tuple(_questions(data.get("questions", ""))),
    )


def _questions(text: str) -> Iterator[QuestionText]:
    for line in text.strip().splitlines():
        said, explanation = line.split(" => ")
        if said[:2] in ("√ ", "× "):
            right = said[0] == "√"
            yield QuestionText("true_false", said[2:], (("正确", right), ("错误", not right)), explanation)
            continue
        stem, *answers = said.split(" | ")
        options = tuple((answer.removeprefix("*"), answer.startswith("*")) for answer in answers)
        several = sum(correct for _, correct in options) > 1
        yield QuestionText("multiple" if several else "single", stem, options, explanation)
