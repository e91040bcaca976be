"""学时档案: every year by its own rules, where hours come from, and one click that closes the gap."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import clock, db
from portal.assessment.models import Attempt, PaperRule
from portal.catalogue.models import Category, Course, Project, Specialty, SpecialtyCourse
from portal.credits import service as credits_
from portal.credits.models import OutsideActivity
from portal.orders.models import Draft, Order
from portal.people.models import Account
from portal.rules.models import RuleSet
from portal.rules.rules import Rules
from portal.study import service
from portal.study.models import Plan, PlanCourse
from portal.testing import log_in
from tests.catalogue.planting import statements
from tests.study.world import START, World, make_course, spec_of

Build = Callable[..., World]
YEAR = clock.today(clock.now()).year


def earn(session: Session, world: World, hours: int, **more: object) -> None:
    common = {"year": YEAR, "kind": "major", "title": "t", "source": "import", "employer_name": "", "now": START}
    credits_.earn(session, learner_id=world.learner_id, hours=hours, **{**common, **more})  # type: ignore[arg-type]


def priced(session: Session, hours: int, price: int, *, kind: str = "major", year: int = YEAR) -> Course:
    course = make_course(session)
    course.hours, course.price, course.kind, course.year = hours, price, kind, year
    session.flush()
    return course


@pytest.fixture
def learner(client: FlaskClient, world: Build) -> World:
    """Somebody who studies 8 hours of this year and needs 60 + 30."""
    built = world()
    with db.write() as session:
        session.execute(update(RuleSet).values(year=YEAR))
        session.execute(update(Plan).values(year=YEAR))
        session.execute(update(PlanCourse).values(year=YEAR))
        session.execute(update(Course).values(year=YEAR))
    with db.read() as session:
        log_in(client, session.get_one(Account, built.account_id))
    return built


def test_the_gap_and_the_cheapest_courses_that_close_it(client: FlaskClient, learner: World) -> None:
    with db.write() as session:
        earn(session, learner, 4200)
        earn(session, learner, 3000, kind="public", source="outside")
        cheap, dear, small = priced(session, 1000, 500), priced(session, 1000, 900), priced(session, 200, 300)
        old = priced(session, 1000, 1, year=YEAR - 1)
        wanted, left = [cheap.id], [dear.id, small.id, old.id]
    page = client.get("/centre/transcript").text
    assert f"{YEAR} 年度还差" in page
    for course_id in wanted:
        assert f'name="course" value="{course_id}"' in page
    for course_id in left:
        assert f'name="course" value="{course_id}"' not in page
    assert client.post("/courses/basket/fill", data={"course": wanted}).location == "/courses/basket"
    with db.read() as session:
        assert session.scalars(select(Draft)).one().data["courses"] == wanted


def test_the_one_click_takes_only_what_is_offered_and_not_held(client: FlaskClient, learner: World) -> None:
    with db.write() as session:
        fine, hidden = priced(session, 1000, 500), priced(session, 1000, 500)
        hidden.published = False
        ids = [fine.id, hidden.id, learner.course_ids[0], 99999]
    client.post("/courses/basket/fill", data={"course": [*ids, "x"]})
    with db.read() as session:
        assert session.scalars(select(Draft)).one().data["courses"] == [ids[0]]


def test_professional_courses_are_of_the_learners_specialty(client: FlaskClient, learner: World) -> None:
    with db.write() as session:
        category = Category(key="eng", name="工程")
        mine, other = (Specialty(category=category, key=key, name=key) for key in ("mine", "other"))
        session.add_all([mine, other])
        session.flush()
        fitting, foreign, public = priced(session, 1000, 900), priced(session, 1000, 1), priced(session, 500, 5)
        public.kind = "public"
        for specialty, course in ((mine, fitting), (other, foreign)):
            session.add(SpecialtyCourse(specialty_id=specialty.id, course_id=course.id))
        days = {"opens_on": START.date(), "closes_on": START.date()}
        project = Project(specialty_id=mine.id, year=YEAR, title="t", rule_set_id=learner.rule_set_id, **days)
        session.add(project)
        session.flush()
        ids = fitting.id, foreign.id, public.id
        project_id = project.id

    def proposed() -> list[bool]:
        page = client.get("/centre/transcript").text
        return [f'name="course" value="{number}"' in page for number in ids]

    assert proposed() == [True, True, True]  # who never enrolled has no specialty
    with db.write() as session:
        session.execute(update(Plan).values(project_id=project_id))
    assert proposed() == [True, False, True]


def test_each_year_is_judged_by_its_own_rules(client: FlaskClient, learner: World) -> None:
    with db.write() as session:
        for year, need, years in ((YEAR - 1, 1000, 1), (YEAR - 3, 500, 1)):
            data = Rules(hours={"major": need}, make_up_years=years).model_dump(mode="json")
            session.add(RuleSet(year=year, version=1, title="t", data=data, effective_at=START))
        earn(session, learner, 400, year=YEAR - 1)
        earn(session, learner, 400, year=YEAR - 3)
        course = priced(session, 700, 5, year=YEAR - 1)
        gone = priced(session, 700, 5, year=YEAR - 3)
    page = client.get(f"/centre/transcript?year={YEAR - 1}").text
    assert f"可以补学到 {YEAR} 年 12 月 31 日" in page
    assert f'value="{course.id}"' in page
    over = client.get(f"/centre/transcript?year={YEAR - 3}").text
    assert "现已结束" in over
    assert f'value="{gone.id}"' not in over


def test_where_hours_come_from(client: FlaskClient, learner: World) -> None:
    with db.write() as session:
        earn(session, learner, 1250)
        earn(session, learner, 300, source="outside")
    page = client.get("/centre/transcript").text
    assert page.index("老平台转入") < page.index(">校外学时<")
    assert "12.50" in page
    assert "3.00" in page
    assert "15.50" in page


def test_the_centre_leads_to_the_record_when_nothing_is_left_to_study(client: FlaskClient, learner: World) -> None:
    with db.write() as session:
        session.execute(update(PlanCourse).values(state="complete"))
        session.execute(update(Plan).values(state="complete", award=""))
    assert "学时没有着落" in client.get("/centre").text


def test_the_centre_says_what_earlier_years_lack_while_it_can_be_made_up(client: FlaskClient, learner: World) -> None:
    with db.write() as session:
        closed = Rules(make_up_years=1).model_dump(mode="json")
        session.add(RuleSet(year=YEAR - 3, version=1, title="t", data=closed, effective_at=START))
        earn(session, learner, 8000, year=YEAR - 1)
        for kind, hours in (("major", 6000), ("public", 3000)):
            earn(session, learner, hours, year=YEAR - 2, kind=kind)
        earn(session, learner, 8000, year=YEAR - 3)
    page = client.get("/centre").text
    assert f"{YEAR - 1} 年度还差 30 学时，可以补学" in page
    assert f"/centre/transcript?year={YEAR - 1}" in page
    assert page.count("可以补学") == 1


def test_the_centre_says_what_waits_for_the_office(client: FlaskClient, learner: World) -> None:
    assert "等待审核" not in client.get("/centre").text
    with db.write() as session:
        for state, hours in (("open", 1200), ("open", 300), ("refused", 700)):
            session.add(
                OutsideActivity(
                    learner_id=learner.learner_id,
                    year=YEAR,
                    way="meeting",
                    kind="public",
                    title="研讨会",
                    done_on=date(YEAR, 3, 1),
                    amount=2,
                    hours=hours,
                    rule_set_id=learner.rule_set_id,
                    storage_key=f"outside/{hours}.jpg",
                    sha256="",
                    state=state,
                )
            )
    assert "您申报的 15 学时等待审核" in client.get("/centre").text


def test_a_year_that_has_not_begun_says_how_much_and_where_to_begin(client: FlaskClient, learner: World) -> None:
    with db.write() as session:
        session.execute(update(Plan).values(state="revoked"))
    page = client.get("/centre").text
    assert "今年还差" in page
    assert "先报名一个项目" in page
    assert page.count("btn-primary") == 1


def counted(client: FlaskClient, address: str) -> int:
    """How many statements one request runs; which rule sets are in force is asked once a second by all requests."""
    with statements() as seen:
        assert client.get(address).status_code == 200
    return len([said for said in seen if "table_mark" not in said])


def test_the_pages_cost_few_statements(client: FlaskClient, learner: World) -> None:
    with db.write() as session:
        for _ in range(5):
            priced(session, 1000, 5)
    client.get("/centre")
    assert counted(client, "/centre") <= 8
    assert counted(client, "/centre/transcript") <= 8


def test_a_full_year_costs_no_more(client: FlaskClient, learner: World) -> None:
    """Five plans, some complete, some waiting for their tests, and an unpaid order: the same statements."""
    with db.write() as session:
        rules = session.get_one(RuleSet, learner.rule_set_id)
        for number in range(4):
            made = [make_course(session, (("video", 20),))]
            spec = spec_of(learner.learner_id, rules.id, made, needs_test=number % 2 == 0, title=f"项目 {number}")
            service.open_plans(session, [spec], START)
        for number, course in enumerate(session.scalars(select(PlanCourse))):
            course.state = "studied" if course.needs_test else "open"
            session.add(PaperRule(course_id=course.course_id, questions=5, minutes=5, pass_mark=60, attempts=2))
            late = START + timedelta(hours=1)
            paper = {"token": f"t{number}", "number": 1, "paper": [], "pass_mark": 60, "state": "graded", "score": 0}
            session.add(Attempt(plan_course_id=course.id, started_at=START, deadline=late, **paper))
        session.flush()
        done = session.scalars(select(Plan)).first()
        assert done is not None
        done.state, done.completed_at, done.award = "complete", START, ""
        session.add(
            Order(
                number="F1",
                buyer_id=learner.account_id,
                mode="self_select",
                proposal_key="k",
                state="placed",
                total=5,
                rule_set_id=rules.id,
                placed_at=clock.now(),
                expires_at=clock.now() + timedelta(days=1),
            )
        )
    client.get("/centre")
    page = client.get("/centre").text
    assert "参加考核测试" in page
    assert "F1" in page
    assert counted(client, "/centre") <= 8
