"""Two accounts of one person become one: everything goes over, what both had counts once, nothing issued changes."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal import db, events, jobs
from portal.access import service as access
from portal.catalogue.models import Course
from portal.credits import service as credits_
from portal.credits.models import Credit, OutsideActivity
from portal.errors import Refused
from portal.messages import service as messages
from portal.orders.models import Draft, Order, OrderLine
from portal.people import corrections, newcomers, registration
from portal.people import service as people
from portal.people.corrections import Decision, Wanted
from portal.people.models import Account, Learner, LoginName
from portal.photos import papers
from portal.photos.models import Photo
from portal.study.models import Plan, Suspicion
from portal.testing import PASSWORD, log_in, make_learner
from tests.merging.conftest import paper
from tests.merging.desk import address, join, look
from tests.staff.conftest import trail
from tests.staff.world import MINE, NOON, World


def test_everything_goes_over(world: World, twins: tuple[int, int], admin: FlaskClient) -> None:
    kept, other = twins
    with db.read() as session:
        moved = {
            model: _count(session, model, other) for model in (Plan, Credit, OrderLine, OutsideActivity, Suspicion)
        }
    assert all(moved.values())
    assert join(admin, kept, other).status_code == 303
    with db.read() as session:
        owner, emptied = session.get_one(Learner, kept), session.get_one(Learner, other)
        for model, count in moved.items():
            assert (_count(session, model, other), _count(session, model, kept)) == (0, count), model
        assert session.scalars(select(Order.buyer_id).where(Order.buyer_id == emptied.account_id)).all() == []
        assert session.scalars(select(LoginName).where(LoginName.account_id == emptied.account_id)).all() == []
        assert (emptied.merged_into, emptied.account.active) == (kept, False)
        assert [one.employer_name for one in owner.employments if one.valid_to is None] == ["唐山市第一中学"]
        told = [one.kind for one in messages.inbox(session, owner.account_id) if one.kind == "accounts_merged"]
        assert told == ["accounts_merged"]
    assert [row.object_id for row in trail("merged")] == [str(kept)]
    assert [(row.object_id, row.reason) for row in trail("merged_into")] == [(str(other), "两张身份证原件")]


def test_every_old_user_name_leads_to_the_account_that_stays(
    app: Flask, world: World, twins: tuple[int, int], admin: FlaskClient
) -> None:
    kept, other = twins
    with db.read() as session:
        names = [session.get_one(Learner, one).account.username for one in twins]
        guest = app.test_client()
        log_in(guest, session.get_one(Learner, other).account)
    join(admin, kept, other)
    with db.read() as session:
        found = {access.log_in(session, name, PASSWORD).id for name in names}
        assert found == {session.get_one(Learner, kept).account_id}
    assert guest.get("/me").status_code == 303  # the login of before has ended


def test_hours_that_both_have_count_once(world: World, twins: tuple[int, int], admin: FlaskClient) -> None:
    kept, other = twins
    with db.write() as session:
        course = session.scalars(select(Course)).first()
        assert course
        credits_.hand_over(session, other, kept)  # the world's own entry; both earn the same course now
        for learner, days in ((kept, 2), (other, 1)):
            session.execute(Credit.__table__.delete().where(Credit.learner_id == learner))
            _earn(session, learner, course, days)
        first = session.scalar(select(Credit.id).where(Credit.learner_id == other))
    shown = look(admin, kept, other)
    assert "只计一次" in shown.text
    assert join(admin, kept, other).status_code == 303
    with db.read() as session:
        assert credits_.totals(session, kept, 2026) == {"major": 1250}
        assert [one.id for one in credits_.live(session, kept)] == [first]  # the earlier one, whoever had it


def test_plugins_are_told_and_documents_go_over(world: World, twins: tuple[int, int], admin: FlaskClient) -> None:
    from portal_certs.models import Document, DocumentItem, Template
    from portal_certs.sample import SAMPLE

    kept, other = twins
    with db.write() as session:
        course = session.scalars(select(Course)).first()
        assert course
        session.execute(Credit.__table__.delete())
        _earn(session, kept, course, 2)
        later = _earn(session, other, course, 3)
        template = Template(kind="proof", version=9, layout={}, created_at=NOON)
        session.add(template)
        session.flush()
        document = Document(
            kind="proof",
            number="HE26-0000-000001-1",
            plain="HE2600000000011",
            learner_id=other,
            snapshot=SAMPLE.model_dump_json(),
            template_id=template.id,
            state="issued",
            token="t",
            issued_at=NOON,
        )
        session.add(document)
        session.flush()
        session.add(DocumentItem(document_id=document.id, credit_id=later.id))
    join(admin, kept, other)
    jobs.drain(NOON)
    with db.read() as session:
        (found,) = session.scalars(select(Document))
        assert (found.learner_id, found.state, found.snapshot) == (kept, "issued", SAMPLE.model_dump_json())
        standing = credits_.live(session, kept)
        assert [item.credit_id for item in found.items] == [one.id for one in standing]
    with db.read() as session:
        assert events.waiting(session) == 0


def test_what_is_shown_before(world: World, twins: tuple[int, int], admin: FlaskClient) -> None:
    shown = look(admin, *twins)
    assert shown.status_code == 200
    for words in ("学习计划", "学时记录", "订单", "合并后不能撤销"):
        assert words in shown.text
    with db.read() as session:
        assert session.get_one(Learner, twins[1]).merged_into is None  # looking changes nothing


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("nobody", "没有用它登录的学员"), ("fengrun", "没有用它登录的学员"), ("self", "同一个账号"), ("name", "姓名不同")],
)
def test_what_cannot_be_joined_is_said(
    world: World, twins: tuple[int, int], admin: FlaskClient, typed: str, sentence: str
) -> None:
    with db.write() as session:
        names = {"self": session.get_one(Learner, twins[0]).account.username}
        names["name"] = make_learner(session, "赵明", MINE).account.username
    answer = admin.post(address(twins[0]), data={"login": names.get(typed, typed), "reason": "两张身份证原件"})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "两张身份证原件" in answer.text  # what was typed is kept


def test_an_account_in_use_is_not_joined_to_one_that_never_opened(world: World, twins: tuple[int, int]) -> None:
    from portal.merging import service

    with db.write() as session:
        kept, other = (session.get_one(Learner, one) for one in twins)
        kept.account.must_change = True
        with pytest.raises(Refused, match="还没有激活"):
            service.find(session, kept, other.account.username, lambda _other: True)


def test_joining_twice_is_refused_in_words(world: World, twins: tuple[int, int], admin: FlaskClient) -> None:
    assert join(admin, *twins).status_code == 303
    again = join(admin, *twins)
    assert again.status_code == 409
    assert "已经注销，或已经合并过" in again.text


def test_drafts_and_photos(world: World, twins: tuple[int, int], admin: FlaskClient) -> None:
    kept, other = twins
    with db.write() as session:
        accounts = [session.get_one(Learner, one).account_id for one in twins]
        for account, step in zip(accounts, ("mine", "theirs"), strict=True):
            session.add(_draft(account, "both", step))
            session.add(Photo(account_id=account, storage_key=f"photos/{step}.jpg", sha256="0" * 64))
        session.add(_draft(accounts[1], "one", "theirs"))
    join(admin, kept, other)
    with db.read() as session:
        drafts = session.scalars(select(Draft).where(Draft.account_id == accounts[0]).order_by(Draft.key)).all()
        assert [(one.key, one.step) for one in drafts] == [("both", "mine"), ("one", "theirs")]
        photos = session.scalars(select(Photo).where(Photo.account_id == accounts[0]).order_by(Photo.id)).all()
        assert [one.replaced_at is None for one in photos] == [True, False]


def test_a_later_import_finds_the_account_that_stays(world: World, twins: tuple[int, int], admin: FlaskClient) -> None:
    with db.read() as session:
        index = session.get_one(Learner, twins[1]).id_index
    join(admin, *twins)
    with db.read() as session:
        assert [one.id for one in newcomers.known(session, [index]).values()] == [twins[0]]


def test_the_right_number_may_be_that_of_the_closed_account(
    world: World, twins: tuple[int, int], admin: FlaskClient
) -> None:
    kept, other = twins
    right = "11010519491231002X"
    with db.write() as session:
        emptied = session.get_one(Learner, other)
        emptied.id_number, emptied.id_index = right, registration.index("resident_id", right)
        session.add(LoginName(account_id=emptied.account_id, kind="resident_id", value=emptied.id_index))
        mine = session.get_one(Learner, kept).id_number
    join(admin, kept, other)
    with db.write() as session:
        learner = session.get_one(Learner, kept)
        wanted = Wanted(learner.name, "resident_id", right, "唐山市第一中学", MINE)
        asked = corrections.ask(session, kept, wanted, [papers.redraw(paper(), "evidence")], "", NOON)
        corrections.decide(session, asked.id, world.admin.id, {"id": Decision(True)}, NOON)
    with db.read() as session:
        assert session.get_one(Learner, kept).id_number == right
        assert session.get_one(Learner, other).id_number == mine
        assert access.find(session, right) is session.get_one(Account, session.get_one(Learner, kept).account_id)


def test_an_account_can_be_joined_once_more(world: World, twins: tuple[int, int], admin: FlaskClient) -> None:
    with db.write() as session:
        third = make_learner(session, "周晓岚", MINE).id
    join(admin, *twins)
    join(admin, third, twins[0])
    with db.read() as session:
        assert {session.get_one(Learner, one).merged_into for one in twins} == {third}
        present = people.present_employment(session.get_one(Learner, third))
        assert present
    assert jobs.drain(NOON) is None


# --- -------------------------------------------------------------------------------------------------------------


def _count(session, model, learner_id: int) -> int:  # type: ignore[no-untyped-def]
    return session.scalar(select(func.count()).select_from(model).where(model.learner_id == learner_id)) or 0


def _draft(account_id: int, key: str, step: str) -> Draft:
    return Draft(
        account_id=account_id, mode="enrollment", key=key, step=step, data={}, expires_at=NOON + timedelta(days=9)
    )


def _earn(session, learner_id: int, course: Course, days: int) -> Credit:  # type: ignore[no-untyped-def]
    return credits_.earn(
        session,
        learner_id=learner_id,
        year=2026,
        kind="major",
        hours=1250,
        title=course.title,
        source="staff",
        employer_name="唐山市第一中学",
        now=NOON - timedelta(days=3 - days),
        course_id=course.id,
    )
