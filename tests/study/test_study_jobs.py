"""The periodic jobs find what people left behind."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from portal import db, jobs
from portal.study import service
from portal.study.models import Plan, Progress, StudySession
from tests.study.world import START, World


def test_a_left_player_is_merged_by_the_reaper(app: Flask, world: Callable[..., World]) -> None:
    built = world()
    with db.write() as session:
        course = session.get_one(Plan, built.plan_id).courses[0]
        lesson = course.course.lessons[0]
        token = service.open_session(session, built.learner_id, course.id, lesson.id, START).token
        service.report(session, built.learner_id, token, service.Report([(0, 9)], 9), START + timedelta(seconds=10))
    jobs.ensure_periodic()
    jobs.run_due()
    with db.read() as session:
        assert session.scalars(select(StudySession.close_reason)).all() == ["silent"]
        assert session.scalars(select(Progress.seconds)).all() == [9]
