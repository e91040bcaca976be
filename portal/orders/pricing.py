"""What a line of an order costs, and how that sum falls on its courses. Pure. Fen and hundredths of hours.

The frozen prices of a line's courses always add up to the price of the line, whatever the rule set prices by:
a refund for a part of the courses needs them.
"""

from collections.abc import Sequence

from portal.rules.rules import Pricing


def price_courses(pricing: Pricing, courses: Sequence[tuple[int, int]], in_project: bool) -> list[int]:
    """The price of each course of one line; `courses` are (hours, catalogue price).

    - by course: the catalogue's prices.
    - by hour: hours times the rule's amount, rounded half up once for the whole line.
    - by project: the rule's amount for the whole line. A line outside any project has no such sum and
      is priced by course.
    By hour and by project the sum is shared out in proportion to hours (largest remainders first).
    """
    if pricing.by == "course" or (pricing.by == "project" and not in_project):
        return [price for _, price in courses]
    hours = [hour for hour, _ in courses]
    total = (sum(hours) * pricing.amount + 50) // 100 if pricing.by == "hour" else pricing.amount
    return share(total, hours)


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
