"""A paper: drawn at random, frozen, graded. Pure; the randomness is passed in.

A paper is a list of {question, options}, ids only: nothing in it tells what is right. A fill-in question has no
options; its answer is a text.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from random import Random
from typing import Any

Item = dict[str, Any]
Paper = list[Item]


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


@dataclass(frozen=True)
class Key:
    """What is right, by question: options to choose, or texts that are accepted."""

    options: Mapping[int, AbstractSet[int]] = field(default_factory=dict)
    texts: Mapping[int, AbstractSet[str]] = field(default_factory=dict)


def draw(
    bank: Sequence[Candidate], count: int, random: Random, *, parts: Sequence[Part] = (), shuffle: bool = True
) -> Paper:
    """`count` different questions, or all there are; with parts, what each of them asks for.

    Not shuffled, questions and options stand in the order of the bank.

    :raises TooFew: a part cannot be filled
    """
    drawn = _of_parts(bank, parts, random) if parts else random.sample(list(bank), min(count, len(bank)))
    if shuffle:
        random.shuffle(drawn)
    else:
        drawn.sort(key=bank.index)
    return [{"question": one.question_id, "options": _order(one, random, shuffle)} for one in drawn]


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


def right(paper: Paper, given: Answers, key: Key) -> list[bool]:
    """Per question: was exactly what is correct chosen, or one of the accepted texts written?

    A question that lost all that was right since counts as right: that is not the learner's fault.
    """
    return [_is_right(item["question"], position, given, key) for position, item in enumerate(paper)]


def _is_right(question: int, position: int, given: Answers, key: Key) -> bool:
    if accepted := key.texts.get(question):
        return normal(given.texts.get(position, "")) in {normal(text) for text in accepted}
    correct = key.options.get(question)
    return not correct or set(given.chosen.get(position, ())) == correct


def per_cent(results: Sequence[bool]) -> int:
    """Whole per cent, rounded down: 59.9 is not 60."""
    return 100 * sum(results) // len(results) if results else 0
