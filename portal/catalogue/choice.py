"""Choosing courses: what a choice amounts to, what it lacks, and the cheapest way to complete it.

Pure: no database, no clock. Hours in hundredths, money in fen.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from flask_babel import lazy_gettext as _l

from portal.rules.rules import KINDS, MAJOR, PUBLIC, Pricing, Rules
from portal.types import Problem

if TYPE_CHECKING:
    from portal.catalogue.models import Course


@dataclass(frozen=True)
class Offer:
    """A course a project offers, and whether everybody in it must take it (必修课).

    `counted`: its hours stand in the learner's ledger already, so it is not charged again.
    """

    course: "Course"
    compulsory: bool = False
    counted: bool = False

    @property
    def price(self) -> int:
        """What the course costs this learner, in fen, where courses have prices of their own."""
        return 0 if self.counted else self.course.price

    @property
    def charged(self) -> int:
        """Hours that a price by the hour counts."""
        return 0 if self.counted else self.course.hours


@dataclass(frozen=True)
class Standing:
    """What a choice amounts to. `missing` holds only kinds that lack hours; no problems: it can be ordered."""

    hours: dict[str, int]
    missing: dict[str, int]
    total: int
    problems: tuple[Problem, ...]


class Weighed(NamedTuple):
    """What a professional course adds to a choice, for lists that need no more of it."""

    hours: int
    price: int
    compulsory: bool


@dataclass(frozen=True)
class Fill:
    """Courses that complete a choice, in the order they are offered, and what they add to the price."""

    offers: tuple[Offer, ...]
    price: int
    hours: int


def preset(offers: Iterable[Offer]) -> set[int]:
    """Ids of the compulsory courses: chosen from the start, and nobody can take them out."""
    return {offer.course.id for offer in offers if offer.compulsory}


def check(offers: Sequence[Offer], chosen: Collection[int], rules: Rules) -> Standing:
    """Judges a choice of course ids strictly: foreign ids, compulsory courses left out, hours missing."""
    taken = [offer for offer in offers if offer.course.id in set(chosen)]
    hours = dict.fromkeys(KINDS, 0)
    for offer in taken:
        hours[offer.course.kind] = hours.get(offer.course.kind, 0) + offer.course.hours
    missing = rules.missing(hours)
    problems = [*_foreign(offers, chosen), *_left_out(offers, chosen), *_too_short(missing, rules)]
    return Standing(hours, missing, price(taken, rules), tuple(problems))


def price(offers: Iterable[Offer], rules: Rules) -> int:
    """What a line with these courses costs."""
    charged = [offer for offer in offers if not offer.counted]
    return rules.pricing.line((offer.course.hours, offer.course.price) for offer in charged) if charged else 0


def fill(offers: Sequence[Offer], chosen: Collection[int], rules: Rules) -> Fill | None:
    """The cheapest set of further courses that closes every gap; among equals the fewest, then the fewest hours.

    Empty when nothing is missing, None when the offers cannot close the gap. Never takes a course out.
    """
    kept = preset(offers) | set(chosen)
    added: list[int] = []
    for kind, gap in check(offers, kept, rules).missing.items():
        free = [at for at, offer in enumerate(offers) if offer.course.kind == kind and offer.course.id not in kept]
        cover = _cheapest_cover([(offers[at].course.hours, _burden(offers[at], rules), at) for at in free], gap)
        if cover is None:
            return None
        added.extend(cover)
    picked = tuple(offers[at] for at in sorted(added))
    before = [offer for offer in offers if offer.course.id in kept]
    added_price = price([*before, *picked], rules) - price(before, rules)
    return Fill(picked, added_price, sum(offer.course.hours for offer in picked))


def span(courses: Iterable[Weighed], rules: Rules) -> tuple[int, int]:
    """What the cheapest sufficient choice of professional courses costs, and what all of them together cost."""
    return _span(tuple(courses), rules.project_hours.get(MAJOR, 0), rules.pricing)


@lru_cache(maxsize=5000)  # a list asks for the same specialties again and again; other prices are another question
def _span(courses: tuple[Weighed, ...], need: int, pricing: Pricing) -> tuple[int, int]:
    preset = [course for course in courses if course.compulsory]
    free = [course for course in courses if not course.compulsory]
    missing = need - sum(course.hours for course in preset)
    weighed = [(course.hours, pricing.burden(course.hours, course.price), at) for at, course in enumerate(free)]
    cover = _cheapest_cover(weighed, max(0, missing))
    chosen = free if cover is None else [free[at] for at in cover]
    return _together([*preset, *chosen], pricing), _together(courses, pricing)


def _together(courses: Collection[Weighed], pricing: Pricing) -> int:
    return pricing.line((course.hours, course.price) for course in courses) if courses else 0


def close(offers: Sequence[Offer], gaps: Mapping[str, int], rules: Rules) -> list[Offer]:
    """The cheapest offers that close the gaps of a year, kind by kind; of a kind that they cannot close, all of it."""
    found: list[Offer] = []
    for kind, gap in gaps.items():
        of_kind = [offer for offer in offers if offer.course.kind == kind]
        cover = _cheapest_cover(
            [(offer.course.hours, _burden(offer, rules), at) for at, offer in enumerate(of_kind)], gap
        )
        found += of_kind if cover is None else [of_kind[at] for at in sorted(cover)]
    return found


# (cost, number of courses, hours, places): compared in this order, so the answer never depends on chance
Cover = tuple[int, int, int, tuple[int, ...]]


def _cheapest_cover(items: Iterable[tuple[int, int, int]], gap: int) -> tuple[int, ...] | None:
    """Covering knapsack over (hours, cost, place). `best[h]` is the best way to h hours, or to the gap and more."""
    best: dict[int, Cover] = {0: (0, 0, 0, ())}
    for hours, cost, place in items:
        for reached, before in list(best.items()):
            target = min(gap, reached + hours)
            with_it = (before[0] + cost, before[1] + 1, before[2] + hours, (*before[3], place))
            current = best.get(target)
            if reached < gap and (current is None or with_it < current):
                best[target] = with_it
    return best[gap][3] if gap in best else None


def _burden(offer: Offer, rules: Rules) -> int:
    return rules.pricing.burden(offer.charged, offer.price)


def _foreign(offers: Sequence[Offer], chosen: Collection[int]) -> list[Problem]:
    if set(chosen) <= {offer.course.id for offer in offers}:
        return []
    return [Problem(_l("A chosen course does not belong to this specialty. Please choose again."), "courses")]


def _left_out(offers: Sequence[Offer], chosen: Collection[int]) -> list[Problem]:
    return [
        Problem(_l("The compulsory course “%(title)s” is missing.", title=offer.course.title), "courses")
        for offer in offers
        if offer.compulsory and offer.course.id not in set(chosen)
    ]


def _too_short(missing: dict[str, int], rules: Rules) -> list[Problem]:
    return [Problem(short(kind, gap, rules.project_hours[kind]), "courses") for kind, gap in missing.items()]


def short(kind: str, gap: int, need: int) -> object:
    """The sentence that says how many hours of a kind are missing."""
    if kind == PUBLIC:
        return _l(
            "Public subjects: %(gap)s hours are still missing, at least %(need)s are needed.",
            gap=plain(gap),
            need=plain(need),
        )
    return _l(
        "Professional subjects: %(gap)s hours are still missing, at least %(need)s are needed.",
        gap=plain(gap),
        need=plain(need),
    )


def plain(hours: int) -> str:
    """Hundredths of hours as people write them: 1250 -> 12.5."""
    return f"{hours / 100:g}"
