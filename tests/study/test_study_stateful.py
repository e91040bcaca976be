"""Any order of opening, reporting, repeating, closing and reaping: never more than the wall time."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from portal import db
from portal.study import intervals, service
from portal.study.models import Plan, Progress, StudySession
from tests.study.world import START, World, tell

LESSONS = (("video", 40), ("video", 25), ("article", 30))
claim = st.tuples(st.integers(-5, 60), st.integers(-5, 60))


def machine(world: Callable[..., World]) -> type[RuleBasedStateMachine]:
    class Study(RuleBasedStateMachine):
        """A browser that may lie, on several tabs, with a clock that only the server owns."""

        tokens = Bundle("tokens")

        def __init__(self) -> None:
            super().__init__()
            self.world = world(LESSONS)
            self.now = START
            self.before = 0
            with db.read() as session:
                course = session.get_one(Plan, self.world.plan_id).courses[0]
                self.course_id, self.lessons = course.id, {row.id: row.seconds for row in course.course.lessons}

        @rule(seconds=st.floats(0, 200))
        def wait(self, seconds: float) -> None:
            self.now += timedelta(seconds=seconds)

        @rule(target=tokens, lesson=st.integers(0, 2))
        def open(self, lesson: int) -> str:
            with db.write() as session:
                lesson_id = list(self.lessons)[lesson]
                row = service.open_session(session, self.world.learner_id, self.course_id, lesson_id, self.now)
                return row.token

        @rule(token=tokens, played=st.lists(claim, max_size=4), closing=st.booleans(), twice=st.booleans())
        def report(self, token: str, played: list[tuple[int, int]], closing: bool, twice: bool) -> None:
            for _ in range(1 + twice):
                found = tell(self.world.learner_id, token, service.Report(played, 7, closing), self.now)
                assert found.credited <= found.needed
                if not found.complete:
                    assert found.credited + sum(gap.seconds for gap in found.gaps) == found.needed

        @rule()
        def reap(self) -> None:
            with db.write() as session:
                service.reap(session, self.now)

        @invariant()
        def credited_is_bounded_and_only_grows(self) -> None:
            with db.read() as session:
                covers: dict[int, list[list[int]]] = {lesson: [] for lesson in self.lessons}
                for model in (Progress, StudySession):
                    where = model.plan_course_id == self.course_id
                    for lesson, parts in session.execute(select(model.lesson_id, model.intervals).where(where)):
                        covers[lesson] += parts
                open_sessions = session.scalar(
                    select(func.count())
                    .select_from(StudySession)
                    .where(StudySession.closed_at.is_(None), StudySession.learner_id == self.world.learner_id)
                )
            assert open_sessions in (0, 1)
            sums = {lesson: intervals.total(parts) for lesson, parts in covers.items()}
            assert all(sums[lesson] <= length for lesson, length in self.lessons.items())
            earned = sum(sums.values())
            assert self.before <= earned <= (self.now - START).total_seconds()
            self.before = earned

    return Study


def test_study_machine(app: Flask, world: Callable[..., World]) -> None:
    run_state_machine_as_test(
        machine(world),
        settings=settings(
            max_examples=settings().max_examples // 4,  # `make search`: 500 runs, 12,500 steps
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
