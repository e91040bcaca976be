"""One learner at one test, by plain calls."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from portal import db
from portal.assessment import service
from portal.assessment.models import Attempt
from tests.study.world import START, World


def at(minutes: float) -> datetime:
    """Minutes after the course was studied."""
    return START + timedelta(seconds=10, minutes=minutes)


@dataclass
class Sitting:
    world: World
    course_id: int
    random: Random

    def start(self, minute: float = 0) -> Attempt:
        with db.write() as session:
            return service.start(session, self.world.learner_id, self.course_id, at(minute), self.random)

    def answer(
        self, token: str, position: int, chosen: list[int], minute: float = 1, flagged: bool | None = None
    ) -> None:
        with db.write() as session:
            service.answer(session, self.world.learner_id, token, position, chosen, at(minute), flagged=flagged)

    def answer_all(self, attempt: Attempt, right: int, minute: float = 1) -> None:
        """Answers every question, the first `right` of them correctly."""
        for position, (item, known) in enumerate(zip(attempt.paper, attempt.solution, strict=True)):
            good = known["right"]
            wrong = [option for option in item["options"] if option not in good][:1]
            self.answer(attempt.token, position, good if position < right else wrong, minute)

    def submit(self, token: str, minute: float = 2) -> Attempt:
        with db.write() as session:
            return service.submit(session, self.world.learner_id, token, at(minute))

    def close_due(self, minute: float) -> int:
        with db.write() as session:
            return service.close_due(session, at(minute))
