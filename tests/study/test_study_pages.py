"""学习中心 and the player as pages: what is missing, one next step, and nothing of anybody else."""

import re
from collections.abc import Callable, Sequence

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import clock, db
from portal.access import service as access
from portal.app import create_app
from portal.catalogue.models import Lesson
from portal.people.models import Account
from portal.settings import Settings
from portal.storage import current_storage
from portal.study import service
from portal.study.models import Plan, PlanCourse, StudySession
from portal.testing import log_in, under_test
from portal.types import PlanAction
from tests.catalogue.planting import statements
from tests.strangers import Start
from tests.strangers import start as start
from tests.study.world import World, make_course, make_learner, make_rules, spec_of

Build = Callable[..., World]
LESSONS = (("video", 120), ("article", 60))


def _enter(client: FlaskClient, world: World) -> FlaskClient:
    with db.read() as session:
        log_in(client, session.get_one(Account, world.account_id))
    return client


def _course(world: World) -> PlanCourse:
    with db.read() as session:
        course = session.scalars(select(PlanCourse).where(PlanCourse.plan_id == world.plan_id)).first()
        assert course is not None
        assert course.course.lessons
        return course


@pytest.fixture
def learner(client: FlaskClient, world: Build) -> tuple[FlaskClient, World]:
    """A browser that is logged in, and what its learner has to study."""
    built = world(LESSONS)
    return _enter(client, built), built


def test_the_pages_of_a_learner(learner: tuple[FlaskClient, World]) -> None:
    browser, world = learner
    course = _course(world)
    lesson = course.course.lessons[0]
    for page in ("/centre", "/centre/courses", f"/centre/projects/{world.plan_id}"):
        answer = browser.get(page)
        assert answer.status_code == 200, page
        assert course.title in answer.text
    assert browser.get(f"/study/{course.id}").location == f"/study/{course.id}/{lesson.id}"
    player = browser.get(f"/study/{course.id}/{lesson.id}")
    assert player.status_code == 200
    assert lesson.title in player.text


def test_one_next_step(learner: tuple[FlaskClient, World]) -> None:
    browser, world = learner
    page = browser.get(f"/centre/projects/{world.plan_id}").text
    assert page.count("btn btn-primary") == 1
    assert "下一步" in page


@pytest.mark.parametrize("page", ["/centre/projects/{plan}", "/study/{course}", "/study/{course}/{lesson}"])
def test_what_belongs_to_another_does_not_exist(client: FlaskClient, world: Build, page: str) -> None:
    mine, other = world(LESSONS), world(LESSONS)
    theirs = _course(other)
    _enter(client, mine)
    address = page.format(plan=other.plan_id, course=theirs.id, lesson=theirs.course.lessons[0].id)
    foreign, unknown = client.get(address), client.get(page.format(plan=9999, course=9999, lesson=9999))
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert theirs.title not in foreign.text


def test_reports_from_the_page_are_credited_and_nonsense_is_not(learner: tuple[FlaskClient, World]) -> None:
    browser, world = learner
    course = _course(world)
    lesson = course.course.lessons[0]
    opened = browser.post(f"/study/{course.id}/{lesson.id}/open", headers={"Accept": "application/json"})
    token = opened.get_json()["token"]
    answer = browser.post("/study/report", json={"token": token, "played": [[0, 120]], "position": 120})
    assert answer.status_code == 200
    assert answer.get_json()["credited"] <= 2  # the server's clock has hardly moved
    for played in ("x", [[0]], [["a", 1]], [[0, float("inf")]], [[-5, 3]], [[0, 1]] * 201, {"a": 1}, 7):
        wrong = browser.post("/study/report", json={"token": token, "played": played, "position": 0})
        assert wrong.status_code == 422, played
    assert browser.post("/study/report", json={"token": "nobody's", "played": [], "position": 0}).status_code == 404
    with db.read() as session:
        assert session.scalars(select(StudySession.refused)).one() != []


def _open(browser: FlaskClient, course: PlanCourse, lesson: int = 0) -> str:
    address = f"/study/{course.id}/{course.course.lessons[lesson].id}/open"
    token: str = browser.post(address, headers={"Accept": "application/json"}).get_json()["token"]
    return token


@pytest.mark.parametrize(
    ("wins", "second", "sentence"), [("newest", 200, "以最后打开的为准"), ("first", 409, "先打开的页面暂停之后")]
)
def test_the_site_says_which_of_two_pages_is_credited(
    settings: Settings, world: Build, wins: str, second: int, sentence: str
) -> None:
    built = world(LESSONS)
    course = _course(built)
    address, asked = f"/study/{course.id}/{course.course.lessons[0].id}", {"Accept": "application/json"}
    app = under_test(create_app(settings.model_copy(update={"player": wins})))
    browser = _enter(app.test_client(), built)
    assert browser.post(f"{address}/open", headers=asked).status_code == 200
    assert browser.post(f"{address}/open", headers=asked).status_code == second
    assert sentence in browser.get(address).text
    with app.app_context():
        db.engine().dispose()


def test_a_report_costs_two_statements_and_writes_one_row(learner: tuple[FlaskClient, World]) -> None:
    """Who reports and what is played; the row of the session. No page is drawn for it, and there is no lock."""
    browser, world = learner
    token = _open(browser, _course(world))
    with statements() as seen:
        answer = browser.post("/study/report", json={"token": token, "played": [[0, 1]], "position": 1})
    assert answer.status_code == 200
    assert len(seen) == 2, seen
    assert [said.split()[1] for said in seen if not said.startswith("SELECT")] == ["study_session"]
    assert "<" not in answer.text


def test_the_page_is_drawn_again_when_something_was_booked_or_refused(learner: tuple[FlaskClient, World]) -> None:
    browser, world = learner
    course = _course(world)
    token = _open(browser, course)
    quiet = browser.post("/study/report", json={"token": token, "played": [], "position": 0}).get_json()
    assert (quiet["anew"], quiet["missing"]) == (False, [])
    told = browser.post("/study/report", json={"token": token, "played": [[0, 90]], "position": 90}).get_json()
    assert told["anew"]
    ((start, end, why),) = told["missing"]
    assert (start, end) == (told["credited"], 90)
    assert why == "播放得比服务器时钟快，多出的部分没有计入。"
    parts = browser.get(f"/study/{course.id}/{course.course.lessons[0].id}/parts").get_json()
    assert why in parts["coverage"]
    assert course.course.lessons[1].title in parts["aside"]


def test_who_reports_is_asked_as_strictly_as_anywhere(client: FlaskClient, world: Build) -> None:
    """The rule in numbers is the rule: no login, one that ended, an account to be activated."""
    built = world(LESSONS)
    asked = {"token": "x", "played": [], "position": 0}
    assert client.post("/study/report", json=asked).status_code == 401
    _enter(client, built)
    assert client.post("/study/report", json=asked).status_code == 404
    with db.write() as session:
        session.get_one(Account, built.account_id).must_change = True
    assert client.post("/study/report", json=asked).status_code == 401
    with db.write() as session:
        account = session.get_one(Account, built.account_id)
        account.must_change = False
        access.end_all(session, account.id)
    assert client.post("/study/report", json=asked).status_code == 401


def test_media_needs_a_plan_that_holds_it(client: FlaskClient, world: Build) -> None:
    other = _course(world(LESSONS))
    address = f"/study/media/{other.id}/{other.course.lessons[0].id}"
    assert client.get(address).status_code == 303  # to the login form
    _enter(client, world(LESSONS))
    assert client.get(address).status_code == 404


def test_captions_go_to_whoever_may_see_the_video(client: FlaskClient, world: Build) -> None:
    mine, other = world(LESSONS), world(LESSONS)
    course, theirs = _course(mine), _course(other)
    current_storage().put("lessons/a.vtt", b"WEBVTT")
    current_storage().put("lessons/b.vtt", b"WEBVTT b")
    with db.write() as session:
        keys = {"captions_key": "lessons/a.vtt", "captions_en_key": "lessons/b.vtt"}
        session.execute(update(Lesson).where(Lesson.kind == "video").values(**keys))
    video, text = (lesson.id for lesson in course.course.lessons)
    assert client.get(f"/study/media/{course.id}/{video}/captions/zh").status_code == 303
    _enter(client, mine)
    mine_too = f"/study/media/{course.id}/{video}/captions"
    for language, words in (("zh", b"WEBVTT"), ("en", b"WEBVTT b")):
        answer = client.get(f"{mine_too}/{language}")
        assert (answer.mimetype, answer.data) == ("text/vtt", words)
    foreign = f"/study/media/{theirs.id}/{theirs.course.lessons[0].id}/captions/zh"
    for address in (foreign, f"{mine_too}/fr", f"/study/media/{course.id}/{text}/captions/zh"):
        assert client.get(address).status_code == 404


def test_captions_are_on_in_the_reader_s_language(client: FlaskClient, world: Build) -> None:
    mine = world(LESSONS)
    address = f"/study/{_course(mine).id}/{_course(mine).course.lessons[0].id}"
    _enter(client, mine)
    assert "<track" not in client.get(address).text
    current_storage().put("lessons/a.mp4", b"film")
    with db.write() as session:
        keys = {"storage_key": "lessons/a.mp4", "captions_key": "a.vtt", "captions_en_key": "b.vtt"}
        session.execute(update(Lesson).where(Lesson.kind == "video").values(**keys))
    assert _tracks(client.get(address).text) == [("zh", "中文字幕", "default"), ("en", "英文字幕", "")]
    client.post("/language", data={"to": "en"})
    assert _tracks(client.get(address).text) == [("zh", "Chinese captions", ""), ("en", "English captions", "default")]
    with db.write() as session:
        session.execute(update(Lesson).values(captions_en_key=None))
    assert _tracks(client.get(address).text) == [("zh", "Chinese captions", "default")]


def _tracks(page: str) -> list[tuple[str, ...]]:
    """Language, name and whether it is on, of every track."""
    return re.findall(r'<track kind="captions" srclang="(.*?)" label="(.*?)" src="[^"]+" ?(default)?>', page)


def _next_step(browser: FlaskClient) -> tuple[str, ...]:
    """What 学习中心 asks for: title, address and label of its one button."""
    page = browser.get("/centre").text
    found = re.search(
        r'<h2 id="next">(.*?)</h2>.*?<a class="btn btn-primary btn-lg" href="(.*?)">(?:<svg.*?</svg>)?(.*?)</a>',
        page,
        re.DOTALL,
    )
    assert found
    return found.groups()


def test_hook_plan_actions(start: Start) -> None:
    asked: list[list[int]] = []

    def plan_actions(session: Session, plans: Sequence[Plan], user: Account) -> list[PlanAction]:
        asked.append([plan.id for plan in plans])
        return [PlanAction(plans[-1].id, "s", "todo", "请到窗口领取教材", url="/s", label="查看地址")]

    app = start(plan_actions=plan_actions)
    with db.write() as session:
        learner = make_learner(session)
        rules = make_rules(session)
        specs = [spec_of(learner.id, rules.id, [make_course(session)]) for _ in range(2)]
        plans = service.open_plans(session, specs, clock.now())
    browser = app.test_client()
    log_in(browser, learner.account)
    page = browser.get(f"/centre/projects/{plans[0]}").text
    assert "请到窗口领取教材" in page
    assert 'href="/s"' in page
    assert browser.get("/centre").text.count("请到窗口领取教材") == 1  # it stands at its own plan only
    assert [sorted(ids) for ids in asked] == [[plans[0]], plans]
    assert _next_step(browser)[2] == "开始学习"
    with db.write() as session:
        session.execute(update(Plan).values(state="complete", completed_at=clock.now(), award=""))
    # Said where one looks first, before the year's gap.
    assert _next_step(browser) == ("请到窗口领取教材", "/s", "查看地址")
