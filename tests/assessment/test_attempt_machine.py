"""Any order of starting, answering, handing in and running out of time: an attempt ends once, a paper never changes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test
from sqlalchemy import func, select

from portal import db
from portal.assessment import service
from portal.assessment.models import Attempt, Question
from portal.credits.models import Credit
from portal.errors import Conflict, Refused
from portal.study.models import PlanCourse
from tests.assessment.sitting import Sitting, at


def machine(sitting: Callable[..., Sitting]) -> type[RuleBasedStateMachine]:
    class Candidate(RuleBasedStateMachine):
        """Somebody with several devices, a bad network and little patience."""

        tokens = Bundle("tokens")

        def __init__(self) -> None:
            super().__init__()
            self.one = sitting(questions=5)
            self.now = at(0)
            self.papers: dict[str, Any] = {}
            self.ended: dict[str, Any] = {}

        @rule(minutes=st.floats(0, 20))
        def wait(self, minutes: float) -> None:
            self.now += timedelta(minutes=minutes)

        @rule(target=tokens)
        def start(self) -> Any:
            try:
                with db.write() as session:
                    learner_id, course_id = self.one.world.learner_id, self.one.course_id
                    return service.start(session, learner_id, course_id, self.now, self.one.random).token
            except Conflict:
                return multiple()

        @rule(token=tokens, position=st.integers(0, 4), option=st.integers(0, 3), twice=st.booleans())
        def answer(self, token: str, position: int, option: int, twice: bool) -> None:
            with db.read() as session:
                chosen = session.scalars(select(Attempt).where(Attempt.token == token)).one().paper[position]["options"]
            for _ in range(1 + twice):
                try:
                    with db.write() as session:
                        service.answer(session, self.one.world.learner_id, token, position, [chosen[option]], self.now)
                except (Conflict, Refused):
                    return

        @rule(token=tokens)
        def submit(self, token: str) -> None:
            with db.write() as session:
                service.submit(session, self.one.world.learner_id, token, self.now)

        @rule(word=st.text("甲乙丙", min_size=1, max_size=3))
        def the_office_changes_the_bank(self, word: str) -> None:
            with db.write() as session:
                question = self.one.random.choice(session.scalars(select(Question)).all())
                question.stem, question.kind = word, "single"
                for option in question.options:
                    option.text, option.correct = word, option.position == len(word)

        @rule()
        def close_due(self) -> None:
            with db.write() as session:
                service.close_due(session, self.now)

        @invariant()
        def papers_stay_and_results_stay(self) -> None:
            with db.read() as session:
                attempts = session.scalars(
                    select(Attempt).where(Attempt.plan_course_id == self.one.course_id).order_by(Attempt.number)
                ).all()
                asked = {one.token: (one.paper, one.solution) for one in attempts}
                course = session.get_one(PlanCourse, self.one.course_id)
                earned = session.scalar(
                    select(func.count()).select_from(Credit).where(Credit.plan_id == course.plan_id)
                )
            assert [one.number for one in attempts] == list(range(1, len(attempts) + 1))
            assert len(attempts) <= 3
            assert sum(one.state == "open" for one in attempts) <= 1
            for one in attempts:
                assert self.papers.setdefault(one.token, asked[one.token]) == asked[one.token]
                if one.state == "graded":
                    result = (one.score, one.passed, one.submitted_at)
                    assert self.ended.setdefault(one.token, result) == result
                    assert one.submitted_at is not None
                    assert one.submitted_at <= one.deadline
            passed = any(one.passed for one in attempts)
            assert (course.state == "complete") == passed
            assert earned == int(passed)

    return Candidate


def test_attempt_machine(app: Flask, sitting: Callable[..., Sitting]) -> None:
    run_state_machine_as_test(
        machine(sitting),
        settings=settings(
            max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
