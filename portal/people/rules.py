"""Where a learner belongs."""


def county_of(employer_division: str | None, residence: str | None, city: str) -> str:
    """The division whose class and office a learner has: the employer's, else the residence, else the city served."""
    return employer_division or residence or city
