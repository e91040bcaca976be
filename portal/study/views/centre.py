"""学习中心: the year at a glance, the next step, projects and courses."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from flask import render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, db
from portal.access.guard import learner_required
from portal.access.visitor import account, current_learner
from portal.assessment import standing as tests
from portal.credits import service as credits_
from portal.orders.models import Order
from portal.plugins import current_plugins
from portal.rules import kept as rules
from portal.study import checklist, next_step, overview
from portal.study.models import Plan
from portal.study.next_step import Step
from portal.study.overview import Year
from portal.study.views import blueprint
from portal.study.words import KINDS
from portal.types import PlanAction, SelectionMode


@blueprint.get("/centre")
@learner_required
def centre() -> str:
    """The whole of a learner's year on one page."""
    session, learner, now = db.reader(), current_learner(), clock.now()
    plans = overview.plans_of(session, learner.id)
    earned, claimed = credits_.by_year(session, learner.id)
    this_year = clock.today(now).year
    years = sorted({this_year, *earned, *(plan.year for plan in plans)}, reverse=True)
    asked = request.args.get("year", type=int)
    year = asked if asked in years else this_year
    stands = _tests(session, plans, now)
    plugins = current_plugins()
    goal = overview.of_year(year, rules.of_year(year, now), earned.get(year, {}), plans)
    lines, unpaid = _lines(session, plans, stands), _unpaid(session)
    doors = [mode for mode in plugins.declared("selection_modes") if mode.audience == "learner"]
    step = next_step.choose(plans, stands, overview.resume(session, learner.id), lines)
    if step is None and unpaid is None and goal.gaps:  # an order is to be paid first
        step = _further(goal, doors, begun=bool(plans or goal.counted))
    return render_template(
        "study/centre.html",
        learner=learner,
        plans=plans,
        projects=[plan for plan in plans if plan.project_id is not None],
        singles=[plan for plan in plans if plan.project_id is None],
        years=years,
        this_year=this_year,
        goal=goal,
        claimed=claimed,
        earlier=_earlier([year for year in years if year < this_year], earned, plans, now),
        step=step,
        unpaid=unpaid,
        lines=lines,
        cards=[card for card in plugins.ask("home_cards", user=account()) if card.place == "centre"],
        kinds=KINDS,
    )


@blueprint.get("/centre/projects")
@learner_required
def projects() -> str:
    """我的项目: every project with what it still needs."""
    session, now = db.reader(), clock.now()
    plans = [plan for plan in overview.plans_of(session, current_learner().id) if plan.project_id is not None]
    stands = _tests(session, plans, now)
    return render_template(
        "study/projects.html",
        plans=plans,
        lines=_lines(session, plans, stands),
        doors=[mode for mode in current_plugins().declared("selection_modes") if mode.audience == "learner"],
    )


@blueprint.get("/centre/projects/<int:plan_id>")
@learner_required
def project(plan_id: int) -> str:
    """One plan: what is missing, one next step, and its courses."""
    session, learner, now = db.reader(), current_learner(), clock.now()
    plan = overview.own_plan(session, learner.id, plan_id)
    stands = tests.of_courses(session, plan.courses, now)
    lines = _lines(session, [plan], stands)
    return render_template(
        "study/project.html",
        plan=plan,
        lines=lines[plan.id],
        tests=stands,
        step=next_step.choose([plan], stands, overview.resume(session, learner.id), lines),
        seconds=overview.course_seconds(session, plan.courses),
        left=checklist.left(plan) if plan.state == "open" else "",
        days=_days_left(plan, clock.today(now)),
        kinds=KINDS,
    )


@blueprint.get("/centre/courses")
@learner_required
def courses() -> str:
    """我的课程: every course of every plan, to be found by name and state."""
    session, now = db.reader(), clock.now()
    plans = overview.plans_of(session, current_learner().id)
    words, state = request.args.get("q", "").strip(), request.args.get("state", "")
    rows = [course for plan in plans for course in plan.courses]
    shown = [
        course
        for course in rows
        if words.lower() in course.title.lower()
        and (state not in ("open", "complete") or _shown_as(course.state, state))
    ]
    return render_template(
        "study/courses.html",
        rows=shown,
        all=rows,
        tests=tests.of_courses(session, shown, now),
        seconds=overview.course_seconds(session, shown),
        words=words,
        state=state,
        doors=[mode for mode in current_plugins().declared("selection_modes") if mode.audience == "learner"],
        kinds=KINDS,
    )


def _further(goal: Year, doors: Sequence[SelectionMode], *, begun: bool) -> Step | None:
    """What closes a year's gap: for who has neither studied nor earned anything a project, else single courses."""
    if begun:
        return next_step.gap_step(goal.year, sum(goal.gaps.values()))
    return next_step.begin_step(doors[0]) if doors else None


def _earlier(
    years: Sequence[int], earned: Mapping[int, Mapping[str, int]], plans: Sequence[Plan], now: datetime
) -> list[tuple[int, int]]:
    """Earlier years with the hours they lack and that can still be made up, by each year's rule; newest first."""
    found = []
    for year in years:
        rule = rules.of_year(year, now)
        last = rule.last_day(year)
        missing = sum(overview.of_year(year, rule, earned.get(year, {}), plans).gaps.values())
        if missing and (last is None or clock.today(now) <= last):
            found.append((year, missing))
    return found


def _tests(session: Session, plans: Sequence[Plan], now: datetime) -> dict[int, tests.TestStanding]:
    """Tests that may be taken now: where all lessons are done and the course does not count yet."""
    courses = [course for plan in plans if plan.state == "open" for course in plan.courses]
    return tests.of_courses(session, [course for course in courses if course.state == "studied"], now)


def _shown_as(state: str, wanted: str) -> bool:
    return (state == "complete") == (wanted == "complete")


def _lines(
    session: Session, plans: Sequence[Plan], stands: dict[int, tests.TestStanding]
) -> dict[int, list[PlanAction]]:
    """The checklist of each plan, by its id; plugins are asked once for all."""
    asked = current_plugins().ask("plan_actions", session=session, plans=plans, user=account())
    own = [line for plan in plans for line in checklist.lines(plan, stands)]
    lines = sorted([*own, *asked], key=lambda line: (line.weight, line.key))
    return {plan.id: [line for line in lines if line.plan_id == plan.id] for plan in plans}


def _unpaid(session: Session) -> Order | None:
    """An order of this account that still waits for payment."""
    query = select(Order).where(Order.buyer_id == account().id, Order.state == "placed", Order.expires_at > clock.now())
    found: Order | None = session.scalar(query.order_by(Order.id.desc()).limit(1))
    return found


def _days_left(plan: Plan, today: date) -> int | None:
    return (plan.study_until - today).days if plan.study_until else None
