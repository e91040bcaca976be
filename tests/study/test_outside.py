"""校外学时: claimed with evidence, converted by the year's rules, credited once staff agree, never beyond the limit."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update

from portal import clock, db
from portal.audit.models import AuditRow
from portal.credits import outside
from portal.credits import service as credits_
from portal.credits.models import Credit, OutsideActivity
from portal.credits.outside import Claim
from portal.errors import Conflict, NotFound, Refused
from portal.messages.models import Message
from portal.people.models import Account
from portal.photos import papers
from portal.rights import export
from portal.rules.models import RuleSet
from portal.rules.rules import Rules, Way
from portal.storage import current_storage
from portal.testing import log_in, make_account
from tests.study.world import START, World

Build = Callable[..., World]
WAYS = (Way(key="meeting", unit="day", hours=800, most=2000), Way(key="work", unit="piece", hours=1000, most=1000))
CLAIM = Claim("meeting", "教学研讨会", "唐山市教育局", date(2026, 10, 30), 2)


def jpeg() -> io.BytesIO:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((900, 600)).convert("RGB").save(out, "JPEG")
    out.seek(0)
    return out


@pytest.fixture
def learner(world: Build) -> World:
    built = world()
    rules(ways=WAYS)
    return built


def rules(**changes: object) -> None:
    with db.write() as session:
        session.execute(update(RuleSet).values(data=Rules(**changes).model_dump(mode="json")))  # type: ignore[arg-type]


@pytest.fixture
def staff(learner: World) -> int:
    with db.write() as session:
        return make_account(session, "staff").id


def ask(learner: World, claim: Claim = CLAIM, *, picture: bool = True) -> int:
    with db.write() as session:
        found = papers.redraw(jpeg().read(), "evidence") if picture else None
        return outside.ask(session, learner.learner_id, claim, found, START).id


def agree(activity_id: int, staff: int) -> None:
    with db.write() as session:
        outside.agree(session, activity_id, staff, START + timedelta(days=1))


def totals(learner: World, year: int = 2026) -> dict[str, int]:
    with db.read() as session:
        return credits_.totals(session, learner.learner_id, year)


def test_a_claim_credits_nothing_until_staff_agree(learner: World, staff: int) -> None:
    first = ask(learner)
    assert totals(learner) == {}
    agree(first, staff)
    assert totals(learner) == {"major": 1600}
    with db.read() as session:
        credit = session.scalars(select(Credit)).one()
        assert (credit.source, credit.year, credit.title) == ("outside", 2026, "教学研讨会")
        assert session.scalars(select(Message.kind)).all() == ["outside_credited"]
        assert session.scalars(select(AuditRow.verb)).all() == ["outside_claimed", "outside_credited"]
    with pytest.raises(Conflict):
        agree(first, staff)
    assert totals(learner) == {"major": 1600}


def test_a_year_takes_only_so_much_of_a_way(learner: World, staff: int) -> None:
    """The second claim is worth what is left, the third nothing, whatever order they are decided in."""
    first, second = ask(learner), ask(learner)
    with pytest.raises(Refused) as refused:
        ask(learner)
    assert [problem.field for problem in refused.value.problems] == ["way"]
    agree(second, staff)
    agree(first, staff)
    assert totals(learner) == {"major": 2000}
    assert ask(learner, replace(CLAIM, way="work", amount=1))


def test_a_refusal_has_a_reason_and_makes_room_again(learner: World, staff: int) -> None:
    first, second = ask(learner), ask(learner)
    with db.write() as session, pytest.raises(Refused):
        outside.refuse(session, first, staff, "  ", START)
    with db.write() as session:
        outside.refuse(session, first, staff, "看不清姓名", START)
    with db.write() as session, pytest.raises(Conflict):
        outside.refuse(session, first, staff, "再次", START)
    assert totals(learner) == {}
    third = ask(learner)
    agree(second, staff)
    agree(third, staff)
    assert totals(learner) == {"major": 2000}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"place": "长" * 121}, "place"),
        ({"amount": 0}, "amount"),
        ({"amount": 10**9}, "amount"),
        ({"way": "sleep"}, "way"),
        ({"done_on": date(2026, 11, 3)}, "done_on"),  # tomorrow
        ({"done_on": date(1999, 1, 1)}, "done_on"),  # no rules
    ],
)
def test_what_is_wrong_is_said_at_its_field(learner: World, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refused:
        ask(learner, replace(CLAIM, **changes))  # type: ignore[arg-type]
    assert field in [problem.field for problem in refused.value.problems]
    with db.read() as session:
        assert session.scalars(select(OutsideActivity)).all() == []


def test_evidence_is_needed(learner: World) -> None:
    with pytest.raises(Refused) as refused:
        ask(learner, picture=False)
    assert [problem.field for problem in refused.value.problems] == ["evidence"]


def test_an_earlier_year_is_made_up_by_its_own_rules(learner: World, staff: int) -> None:
    """2025 takes claims for one more year, 2024 does not."""
    with db.write() as session:
        for year, years in ((2025, 1), (2024, 1)):
            data = Rules(ways=WAYS, make_up_years=years).model_dump(mode="json")
            session.add(RuleSet(year=year, version=1, title=str(year), data=data, effective_at=START))
    agree(ask(learner, replace(CLAIM, done_on=date(2025, 5, 1))), staff)
    assert (totals(learner, 2025), totals(learner)) == ({"major": 1600}, {})
    with pytest.raises(Refused) as refused:
        ask(learner, replace(CLAIM, done_on=date(2024, 5, 1)))
    assert "2025" in str(refused.value.problems[0].message)


def test_only_the_learner_withdraws_and_only_once(learner: World, world: Build, staff: int) -> None:
    first, other = ask(learner), world()
    with db.write() as session:
        with pytest.raises(NotFound):
            outside.withdraw(session, other.learner_id, first, START)
        outside.withdraw(session, learner.learner_id, first, START)
        with pytest.raises(NotFound):
            outside.withdraw(session, learner.learner_id, first, START)
    with pytest.raises(Conflict):
        agree(first, staff)


def test_evidence_goes_in_time_and_with_the_account(learner: World, staff: int) -> None:
    first, waiting = ask(learner), ask(learner)
    agree(first, staff)
    with db.write() as session:
        keys = list(session.scalars(select(OutsideActivity.storage_key).order_by(OutsideActivity.id)))
        assert outside.shred(session, outside.old(START + timedelta(days=2)), START) == 1
    assert [current_storage().exists(key) for key in keys] == [False, True]
    with db.write() as session:
        with pytest.raises(NotFound):
            outside.picture(session, first)
        outside.forget(session, learner.learner_id, START)
        assert session.get_one(OutsideActivity, waiting).state == "withdrawn"
    assert not current_storage().exists(keys[1])
    assert totals(learner) == {"major": 1600}


def test_claiming_on_the_page(client: FlaskClient, learner: World) -> None:
    with db.read() as session:
        account = session.get_one(Account, learner.account_id)
    log_in(client, account)
    said = {"way": "meeting", "title": "教学研讨会", "place": "", "done_on": "2026-01-02", "amount": "2"}
    with db.write() as session:  # whatever year it is when the test runs
        session.execute(update(RuleSet).values(year=clock.today(clock.now()).year))
    day = clock.today(clock.now()).replace(month=1, day=1).isoformat()
    wrong = client.post("/centre/transcript/outside", data={**said, "done_on": day, "evidence": (jpeg(), "a.jpg")})
    assert wrong.status_code == 422
    assert 'value="教学研讨会"' in wrong.text
    assert 'href="#place"' in wrong.text
    assert "每天计 8 学时" in wrong.text
    sent = client.post(
        "/centre/transcript/outside",
        data={**said, "place": "教育局", "done_on": day, "evidence": (jpeg(), "a.jpg")},
    )
    assert (sent.status_code, sent.location) == (303, f"/centre/transcript?year={day[:4]}")
    page = client.get("/centre/transcript").text
    assert "等待审核" in page
    with db.read() as session:
        activity = session.scalars(select(OutsideActivity)).one()
        assert (activity.hours, activity.state) == (1600, "open")
        with zipfile.ZipFile(io.BytesIO(export.pack(session, account))) as copied:
            assert "教学研讨会" in copied.read("data.json").decode()
    assert client.post("/centre/transcript/outside/9999/withdraw").status_code == 404
    assert client.post(f"/centre/transcript/outside/{activity.id}/withdraw").status_code == 303
