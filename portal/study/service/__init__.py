"""The only writer of this room: plans, sessions of study, completion."""

from portal.study.service.completion import allow_attempt, pass_test
from portal.study.service.handover import hand_over
from portal.study.service.passing_on import pass_on
from portal.study.service.plans import open_plans
from portal.study.service.reports import Report, beat, finish_reading, present, report
from portal.study.service.revoking import revoke
from portal.study.service.sessions import check_period, close_all, open_session, reap
from portal.study.specs import PlanSpec, SpecCourse

__all__ = [
    "PlanSpec",
    "Report",
    "SpecCourse",
    "allow_attempt",
    "beat",
    "check_period",
    "close_all",
    "finish_reading",
    "hand_over",
    "open_plans",
    "open_session",
    "pass_on",
    "pass_test",
    "present",
    "reap",
    "report",
    "revoke",
]
