"""A paper: drawn at random, frozen, graded. Pure; the randomness is passed in.

A paper is a list of {question, options}, ids only: nothing in it tells what is right.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
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


def draw(bank: Sequence[Candidate], count: int, random: Random) -> Paper:
    """`count` different questions, or all there are, with their options shuffled."""
    drawn = random.sample(list(bank), min(count, len(bank)))
    return [{"question": one.question_id, "options": _order(one, random)} for one in drawn]


def _order(candidate: Candidate, random: Random) -> list[int]:
    options = list(candidate.options)
    if candidate.shuffle:
        random.shuffle(options)
    return options


def right(paper: Paper, chosen: Mapping[int, Sequence[int]], correct: Mapping[int, AbstractSet[int]]) -> list[bool]:
    """Per question: was exactly what is correct chosen? `chosen` by position, `correct` by question id.

    A question that lost all its correct options since counts as right: that is not the learner's fault.
    """
    return [
        not correct.get(item["question"]) or set(chosen.get(position, ())) == correct[item["question"]]
        for position, item in enumerate(paper)
    ]


def per_cent(results: Sequence[bool]) -> int:
    """Whole per cent, rounded down: 59.9 is not 60."""
    return 100 * sum(results) // len(results) if results else 0
