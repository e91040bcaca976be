"""What hangs on somebody lies in their division: when it is written, when they move, when it becomes another's."""

from typing import Any

from flask import Flask
from flask_appbuilder import Model
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import db, migrations
from portal.credits import service as credits_
from portal.credits.models import Credit
from portal.credits.service import Brought
from portal.divisions.following import LiesWith
from portal.people import service as people
from portal.people.models import Learner
from portal.study import service as study
from portal.study.models import Plan, PlanCourse, Suspicion
from portal.types import LearnersMerged
from portal_certs.models import Document, Template
from portal_certs.personal import joined
from portal_certs.sample import SAMPLE
from tests.staff.conftest import statements
from tests.staff.world import MINE, NOON, THEIRS, World
from tests.study.world import spec_of

COPIES = [one.class_ for one in Model.registry.mappers if issubclass(one.class_, LiesWith)]


def astray(session: Session) -> list[str]:
    """Rows of any table whose division is not that of the row they hang on."""
    found = []
    for model in COPIES:
        kin = getattr(model, model.lies_with)
        away = model.division_code.is_distinct_from(kin.mapper.class_.division_code)
        found += [
            f"{model.__tablename__} {row_id}" for row_id in session.scalars(select(model.id).join(kin).where(away))
        ]
    return found


def places(session: Session, learner_id: int) -> set[tuple[str, str | None]]:
    """Where the rows of one person lie, by table."""
    rows: set[tuple[str, str | None]] = set()
    for model in [one for one in COPIES if one.lies_with == "learner"]:
        query: Any = select(model.division_code).where(model.learner_id == learner_id)
        rows |= {(model.__tablename__, code) for code in session.scalars(query)}
    return rows


def document(session: Session, learner: Learner) -> Document:
    """A proof of somebody's hours."""
    template = Template(kind="proof", version=9, layout={}, created_at=NOON)
    session.add(template)
    session.flush()
    found = Document(kind="proof", number="HE26-1", plain="HE261", learner_id=learner.id, template_id=template.id)
    found.snapshot, found.state, found.token, found.issued_at = SAMPLE.model_dump_json(), "issued", "t", NOON
    session.add(found)
    session.flush()
    return found


def test_rows_lie_where_their_people_are(world: World) -> None:
    assert {one.__tablename__ for one in COPIES} >= {"plan", "plan_course", "credit", "suspicion", "certs_document"}
    with db.read() as session:
        assert astray(session) == []
        tables = ("plan", "credit", "suspicion", "correction", "outside_activity")
        assert places(session, world.mine["learners"].id) == {(table, MINE) for table in tables}


def test_a_new_row_reads_its_division_in_its_own_statement(world: World) -> None:
    learner = world.mine["learners"]
    with db.write() as session:
        session.connection()
        with statements() as seen:
            odd = Suspicion(learner_id=learner.id, kind="clock", mark="n", evidence={}, found_at=NOON)
            session.add(odd)
            session.flush()
        assert odd.division_code == MINE
    assert len(seen) == 1, seen


def test_rows_follow_a_new_employer_and_a_corrected_one(app: Flask, world: World) -> None:
    learner = world.mine["learners"]
    with db.write() as session:
        document(session, learner)
    with db.write() as session:
        people.change_employer(session, learner.id, "唐山市第二中学", THEIRS, None, NOON)
    with db.read() as session:
        assert {code for _table, code in places(session, learner.id)} == {THEIRS}
        assert ("certs_document", THEIRS) in places(session, learner.id)
        assert astray(session) == []
    with db.write() as session:
        people.correct_employer(session, session.get_one(Learner, learner.id), "唐山市第一中学", MINE)
    with db.read() as session:
        assert {code for _table, code in places(session, learner.id)} == {MINE}
        assert astray(session) == []


def test_rows_lie_with_the_account_that_is_kept(world: World) -> None:
    mine, theirs = world.mine["learners"].id, world.theirs["learners"].id
    with db.write() as session:
        session.execute(update(Credit).where(Credit.learner_id == mine).values(reversed_by=Credit.id))
        document(session, world.mine["learners"])
        credits_.hand_over(session, mine, theirs)
        study.hand_over(session, mine, theirs)
        joined(session, LearnersMerged(learner_id=mine, into_id=theirs))
    with db.read() as session:
        assert {code for _table, code in places(session, theirs)} == {THEIRS}
        assert astray(session) == []


def test_a_plan_lies_with_whom_it_is_passed_on_to(world: World) -> None:
    plan, theirs = world.mine["plans"], world.theirs["learners"].id
    with db.write() as session:
        session.execute(update(Credit).values(reversed_by=Credit.id))
        assert study.pass_on(session, plan.line_id, theirs)
    with db.read() as session:
        assert session.get_one(Plan, plan.id).division_code == THEIRS
        assert astray(session) == []


def test_many_rows_at_once_lie_right_too(world: World) -> None:
    """They are written past the mapping."""
    people_of = [world.mine["learners"].id, world.theirs["learners"].id]
    course, rules = world.mine["plan_courses"].course, world.mine["plans"].rule_set_id
    with db.write() as session:
        study.open_plans(session, [spec_of(one, rules, [course]) for one in people_of for _twice in range(2)], NOON)
        study.open_plans(session, [spec_of(people_of[0], rules, [course])], NOON)
        entries = [Brought(one, 2020, "major", 100, "旧平台学时", "单位") for one in people_of]
        credits_.bring(session, entries, NOON)
        credits_.bring(session, [Brought(people_of[0], 2019, "major", 100, "旧平台学时", "单位")], NOON)
    with db.read() as session:
        assert astray(session) == []


def test_rows_of_before_are_given_their_places(app: Flask, world: World) -> None:
    with db.write() as session:
        document(session, world.theirs["learners"])
    plugins = app.extensions["portal_plugins"]
    for owner, version in (("certs", "certs_0003"), (migrations.CORE, "core_0015")):
        migrations.downgrade(db.engine(), plugins, owner, version)
    migrations.upgrade(db.engine(), plugins)
    with db.read() as session:
        assert astray(session) == []
        assert set(session.scalars(select(PlanCourse.division_code))) == {MINE, THEIRS}
        assert session.scalars(select(Document.division_code)).all() == [THEIRS]
