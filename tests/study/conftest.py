"""Fixtures of the study tests."""

from collections.abc import Callable

import pytest
from flask import Flask

from portal import db
from portal.study import service
from tests.study.world import START, World, make_course, make_learner, make_rules, spec_of


@pytest.fixture
def world(app: Flask) -> Callable[..., World]:
    """Builds a learner with one open plan; each element of `courses` is the lessons of one course."""

    def build(*courses: tuple[tuple[str, int], ...], needs_test: bool = False) -> World:
        with db.write() as session:
            learner = make_learner(session)
            rules = make_rules(session)
            made = [make_course(session, lessons) for lessons in courses or ((("video", 120),),)]
            spec = spec_of(learner.id, rules.id, made, needs_test=needs_test)
            plan_id = service.open_plans(session, [spec], START)[0]
            return World(learner.id, learner.account_id, plan_id, rules.id, [c.id for c in made])

    return build
