"""A learner whose course is studied and waits for its test, and a bank of questions."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from flask import Flask

from portal import db
from portal.assessment.models import Question, QuestionOption
from portal.study import service as study
from portal.study.models import Plan
from tests.assessment.sitting import Sitting
from tests.study.conftest import world as world
from tests.study.world import START, World


@pytest.fixture
def sitting(app: Flask, world: Callable[..., World]) -> Callable[..., Sitting]:
    """Builds the state; `questions` single-choice ones whose first option is right, then one multiple choice."""

    def build(questions: int = 12, studied: bool = True) -> Sitting:
        built = world((("article", 10),), needs_test=True)
        with db.write() as session:
            course = session.get_one(Plan, built.plan_id).courses[0]
            for number in range(questions):
                kind, right = ("multiple", 2) if number == 0 else ("single", 1)
                question = Question(
                    course_id=course.course_id, kind=kind, stem=f"题 {number}", explanation=f"解 {number}"
                )
                question.options = [
                    QuestionOption(position=n, text=f"选项 {number}-{n}", correct=n < right) for n in range(4)
                ]
                session.add(question)
            if studied:
                lesson = course.course.lessons[0]
                token = study.open_session(session, built.learner_id, course.id, lesson.id, START).token
                study.report(
                    session, built.learner_id, token, study.Report([(0, 10)], 10), START + timedelta(seconds=10)
                )
            return Sitting(built, course.id, Random(7))

    return build
