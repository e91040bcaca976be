"""What a line of an order costs, and how that sum falls on its courses. Pure. Fen and hundredths of hours.

The frozen prices of a line's courses always add up to the price of the line, whatever the rule set prices by:
a refund for a part of the courses needs them.
"""

from collections.abc import Sequence

from portal.rules.rules import Pricing


def price_courses(pricing: Pricing, courses: Sequence[tuple[int, int]], in_project: bool) -> list[int]:
    """The price of each course of one line; `courses` are (hours, catalogue price).

    By course they are the catalogue's. By hour and by project the line's sum is shared out in proportion to hours,
    largest remainders first. "By project" says nothing about a line outside any project: that is priced by course.
    """
    if pricing.by == "course" or (pricing.by == "project" and not in_project):
        return [price for _, price in courses]
    return share(pricing.line(courses), [hours for hours, _ in courses])


def share(total: int, weights: Sequence[int]) -> list[int]:
    """Splits a sum in proportion to weights, without losing a fen; equally when all weights are nought."""
    if not weights:
        return []
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(total * weights[place] % whole))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts
