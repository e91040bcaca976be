"""What a plan is opened from: frozen values, so that an order, a staff grant and an import look the same."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class SpecCourse:
    """A course as it was sold or granted. `hours` in hundredths."""

    course_id: int
    title: str
    kind: str
    year: int
    hours: int
    compulsory: bool = False
    needs_test: bool = False


@dataclass(frozen=True)
class PlanSpec:
    """One learner, one plan. `line_id` makes opening idempotent; None (grant, import) opens a new plan each time."""

    learner_id: int
    mode: str
    title: str
    year: int
    rule_set_id: int
    courses: tuple[SpecCourse, ...]
    line_id: int | None = None
    project_id: int | None = None
    class_id: int | None = None
    award: str = ""
    study_until: date | None = None
