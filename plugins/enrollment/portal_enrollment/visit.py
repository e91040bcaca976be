"""A visit to a step: who, which project, what is answered, and which step that allows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from sqlalchemy.orm import Session

from portal.kit import (
    ID_KINDS,
    ClassChoice,
    Elsewhere,
    Learner,
    Offer,
    OrderLine,
    Project,
    Rules,
    Standing,
    TrainingClass,
    _l,
    catalogue,
    choice,
    clock,
    current_learner,
    db,
    ledger,
)
from portal_enrollment import conditions, drafting
from portal_enrollment.drafting import Answers
from portal_enrollment.pages import STEPS


@dataclass
class Visit:
    """What the steps share; each part is read once, when it is needed."""

    session: Session
    learner: Learner
    project: Project
    answers: Answers | None
    today: date
    ordered: OrderLine | None = None  # in the unpaid order these answers are to replace

    @property
    def rules(self) -> Rules:
        return self.project.rule_set.rules

    @property
    def id_kind(self) -> object:
        """What the learner's ID is called."""
        kind = ID_KINDS.get(self.learner.id_kind)
        return kind.title if kind else ""

    @cached_property
    def classes(self) -> ClassChoice:
        return catalogue.class_for(self.session, self.project, self.learner.division_code, self.today)

    @cached_property
    def offers(self) -> list[Offer]:
        offers = catalogue.courses_of(self.session, self.project)
        counted = ledger.counted(self.session, [self.learner.id], [offer.course.id for offer in offers])
        return [replace(offer, counted=(self.learner.id, offer.course.id) in counted) for offer in offers]

    @cached_property
    def studying(self) -> set[int]:
        """Courses that another plan of the learner holds and that are not counted yet."""
        return conditions.studying(self.session, self.learner.id, [offer.course.id for offer in self.offers])

    @cached_property
    def year_is_complete(self) -> bool:
        """Whether the ledger holds all hours of the project's year already, so that nobody pays unawares."""
        return not self.rules.lacking(ledger.totals(self.session, self.learner.id, self.project.year))

    @property
    def training_class(self) -> TrainingClass | None:
        """The class that was chosen, if it still fits the employer's division."""
        return self.classes.get(self.answers.class_id) if self.answers else None

    @property
    def chosen(self) -> set[int]:
        """Chosen courses that are offered, compulsory ones always among them."""
        offered = {offer.course.id for offer in self.offers}
        kept = self.answers.courses if self.answers else None
        return choice.preset(self.offers) | (set(kept or ()) & offered)

    @property
    def replaces(self) -> str:
        """Number of the unpaid order that is being changed."""
        return self.ordered.order.number if self.ordered else ""

    def free_seats(self, training_class: TrainingClass) -> int | None:
        """Seats this learner could take: the one their unpaid order holds is theirs, should all be taken."""
        free = catalogue.free_seats(training_class)
        mine = self.ordered is not None and self.ordered.class_id == training_class.id
        return 1 if mine and free == 0 else free

    def standing(self, chosen: Sequence[int] | set[int]) -> Standing:
        return choice.check(self.offers, chosen, self.rules)

    def furthest(self) -> str:
        """The last step that can be shown with these answers."""
        if self.answers is None:
            return "details"
        if self.training_class is None:
            return "training_class"
        if self.answers.courses is None or self.standing(self.chosen).problems:
            return "courses"
        return "check"


def arrive(project_id: int, step: str) -> Visit:
    """The visit, or the way to where the learner has to go first.

    :raises NotFound: no such project.
    :raises Elsewhere: the project is closed, the learner is enrolled already (but for an unpaid order that is being
        changed), or an earlier step is open.
    """
    session, today = db.reader(), clock.today(clock.now())
    learner = current_learner()
    project = catalogue.project(session, project_id)
    if not catalogue.is_open(project, today):
        why = catalogue.closed_reason(project, today)
        raise Elsewhere("enrollment.specialty", why, specialty_id=project.specialty_id)
    answers, ordered = drafting.load(session, learner, project.id), None
    if found := conditions.enrolled(session, learner.id, project.id):
        if answers is None or not found.order_number or answers.replaces != found.order_number:
            raise Elsewhere("enrollment.specialty", specialty_id=project.specialty_id)
        ordered = conditions.unpaid(session, learner.id, project.id)
    visit = Visit(session, learner, project, answers, today, ordered)
    furthest = visit.furthest()
    if STEPS.index(step) > STEPS.index(furthest):
        raise Elsewhere(f"enrollment.{furthest}", missing(visit, furthest), project_id=project.id)
    return visit


def missing(visit: Visit, furthest: str) -> object:
    """Why a later step cannot be shown yet."""
    if furthest == "details":
        return _l("Please confirm where you work first.")
    if furthest == "training_class":
        return _l("Please choose your class first.")
    problems = visit.standing(visit.chosen).problems
    return problems[0].message if problems else _l("Please choose your courses first.")
