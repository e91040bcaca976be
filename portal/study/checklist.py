"""What a plan still needs, line by line: the core's own lines; plugins add theirs by plan_actions."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.study.models import Plan
from portal.study.next_step import Tests
from portal.types import PlanAction


def lines(plan: Plan, tests: Tests) -> list[PlanAction]:
    """Paid, tests passed, courses and tests left; done lines first by weight."""
    found = [PlanAction(plan.id, "opened", "done", _opened(plan), weight=0)]
    tested = [course for course in plan.courses if course.needs_test]
    passed = sum(course.state == "complete" for course in tested)
    if passed:
        text = ngettext("%(num)d test passed", "%(num)d tests passed", passed)
        found.append(PlanAction(plan.id, "tests", "done", text, weight=10))
    if plan.state == "complete":
        text = ngettext("The course is complete", "All %(num)d courses are complete", len(plan.courses))
        return [*found, PlanAction(plan.id, "courses", "done", text, weight=20)]
    found.append(PlanAction(plan.id, "courses", "wait", left(plan), weight=20))
    found += [
        PlanAction(
            plan.id, f"test-{course.id}", "todo", _("No attempt left: %(course)s", course=course.title), weight=30
        )
        for course in tested
        if _state(tests, course.id) == "used_up"
    ]
    return found


def left(plan: Plan) -> str:
    """ "还有 4 门课程、1 门考核"."""
    courses = sum(course.state == "open" for course in plan.courses)
    exams = sum(course.needs_test and course.state != "complete" for course in plan.courses)
    if courses and exams:
        of_courses = ngettext("%(num)d course", "%(num)d courses", courses)
        of_tests = ngettext("%(num)d test", "%(num)d tests", exams)
        return str(_("%(courses)s and %(tests)s left", courses=of_courses, tests=of_tests))
    if courses:
        return str(ngettext("%(num)d course left", "%(num)d courses left", courses))
    return str(ngettext("%(num)d test left", "%(num)d tests left", exams))


def _opened(plan: Plan) -> str:
    return str(_("Fee paid") if plan.line_id is not None else _("Opened by the office"))


def _state(tests: Mapping[int, object], course_id: int) -> str:
    return str(getattr(tests.get(course_id), "state", ""))
