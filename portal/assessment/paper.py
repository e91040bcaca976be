"""A paper: drawn at random, frozen, graded. Pure; the randomness is passed in.

A paper is a list of questions as they were when it was drawn: what the office writes into the bank afterwards changes
none. Nothing in it tells what is right; that stands beside it as its solution. A fill-in question has no options; its
answer is a text.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

# {question: id, kind, stem, picture: key or None, picture_words, options: [id, ...], texts: [words of each option]}
Item = dict[str, Any]
Paper = list[Item]
# Of each question {right: [ids of options] or, to fill in, [accepted texts]; explanation}
Solution = list[dict[str, Any]]


@dataclass(frozen=True)
class Candidate:
    """A question of the bank. The two options of a true/false question keep their order."""

    question_id: int
    options: tuple[int, ...]
    shuffle: bool = True
    tags: frozenset[str] = frozenset()
    difficulty: int = 2


@dataclass(frozen=True)
class Part:
    """So many questions; of one tag and one difficulty where they are said."""

    questions: int
    tag: str = ""
    difficulty: int | None = None

    def fits(self, one: Candidate) -> bool:
        """Whether the part may have this question."""
        return (not self.tag or self.tag in one.tags) and self.difficulty in (None, one.difficulty)


class TooFew(ValueError):
    """The bank has not enough questions for a part."""


@dataclass(frozen=True)
class Answers:
    """What was given, by position: options chosen, texts filled in."""

    chosen: Mapping[int, Sequence[int]] = field(default_factory=dict)
    texts: Mapping[int, str] = field(default_factory=dict)


def draw(
    bank: Sequence[Candidate], count: int, random: Random, *, parts: Sequence[Part] = (), shuffle: bool = True
) -> list[tuple[int, list[int]]]:
    """Ids of `count` different questions with their options, or of all there are; with parts, what each asks for.

    Not shuffled, questions and options stand in the order of the bank.

    :raises TooFew: a part cannot be filled
    """
    drawn = _of_parts(bank, parts, random) if parts else random.sample(list(bank), min(count, len(bank)))
    if shuffle:
        random.shuffle(drawn)
    else:
        drawn.sort(key=bank.index)
    return [(one.question_id, _order(one, random, shuffle)) for one in drawn]


def _of_parts(bank: Sequence[Candidate], parts: Sequence[Part], random: Random) -> list[Candidate]:
    """Each question once. The narrowest part draws first, so that a wide one does not take what it needs."""
    drawn: list[Candidate] = []
    for part in sorted(parts, key=lambda part: sum(map(part.fits, bank)) - part.questions):
        fitting = [one for one in bank if part.fits(one) and one not in drawn]
        if len(fitting) < part.questions:
            raise TooFew
        drawn += random.sample(fitting, part.questions)
    return drawn


def _order(candidate: Candidate, random: Random, shuffle: bool) -> list[int]:
    options = list(candidate.options)
    if candidate.shuffle and shuffle:
        random.shuffle(options)
    return options


def normal(text: str) -> str:
    """A text as it is compared: without case, full-width forms, spare spaces and a last full stop."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip(".。")


def right(paper: Paper, solution: Solution, given: Answers) -> list[bool]:
    """Per question: was exactly what is correct chosen, or one of the accepted texts written?"""
    pairs = zip(paper, solution, strict=True)
    return [_is_right(item, known["right"], position, given) for position, (item, known) in enumerate(pairs)]


def _is_right(item: Item, correct: Sequence[Any], position: int, given: Answers) -> bool:
    if item["options"]:
        return set(given.chosen.get(position, ())) == set(correct)
    return normal(given.texts.get(position, "")) in {normal(text) for text in correct}


def per_cent(results: Sequence[bool]) -> int:
    """Whole per cent, rounded down: 59.9 is not 60."""
    return 100 * sum(results) // len(results) if results else 0
