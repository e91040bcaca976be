"""Columns a file lacks are said by hand; an older template is announced; what is shown is what the order costs."""

import io
import re

from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from portal import db, jobs
from portal.catalogue.models import TrainingClass
from portal.credits.models import Credit
from portal.orders.models import OrderLine
from portal.people.models import Learner
from portal.storage import current_storage
from portal_group_reg.template import workbook
from tests.group_reg.conftest import FEE, HEADINGS, NAME, batch, orders, person, rows, send, sheet, upload

OTHER = ("姓名", "个人编号", "性别", "手机号", "所在地", "班级", "单位名称", "统一社会信用代码", "职称")


def say(client: FlaskClient, **said: str) -> int:
    """Answers which column is which; the work is done when this returns."""
    form = {f"c-{key}": value for key, value in said.items()}
    answer = client.post(f"/group/enrol/lists/{batch().id}/columns", data=form)
    jobs.drain()
    return int(answer.status_code)


def test_missing_columns_are_matched_by_hand(clerk: FlaskClient) -> None:
    upload(clerk, sheet([person(1)], OTHER))
    page = clerk.get(f"/group/enrol/lists/{batch().id}").text
    assert batch().state == "refused"
    for words in ("居民身份证号", "县区", "个人编号", "所在地", "对应您表里的哪一列"):
        assert words in page, words
    assert say(clerk, id_number="个人编号", county="所在地") == 303
    assert rows() == {2: ("good", [])}
    assert batch().file_key is None
    assert "个人编号 → 居民身份证号" in clerk.get(f"/group/enrol/lists/{batch().id}").text


def test_what_is_wrong_with_the_match_stands_at_its_field_and_the_choice_is_kept(clerk: FlaskClient) -> None:
    upload(clerk, sheet([person(1)], OTHER))
    url = f"/group/enrol/lists/{batch().id}/columns"
    for said in (
        {"c-id_number": "个人编号"},
        {"c-id_number": "个人编号", "c-county": "个人编号"},
        {"c-county": "没有的"},
    ):
        answer = clerk.post(url, data=said)
        assert answer.status_code == 422
        assert 'id="c-county-error"' in answer.text
    assert "<option selected>个人编号</option>" in clerk.post(url, data={"c-id_number": "个人编号"}).text
    assert batch().state == "refused"
    assert say(clerk, id_number="个人编号", county="所在地") == 303
    assert clerk.post(url, data={"c-id_number": "个人编号"}).status_code == 303  # the old window shows what is true now


def test_the_match_is_remembered_for_the_next_file(clerk: FlaskClient) -> None:
    upload(clerk, sheet([person(1)], OTHER))
    say(clerk, id_number="个人编号", county="所在地")
    upload(clerk, sheet([person(2), person(3)], OTHER))
    assert rows() == {2: ("good", []), 3: ("good", [])}


def test_a_match_of_headings_without_any_known_name(clerk: FlaskClient) -> None:
    strange = ("甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬")
    upload(clerk, sheet([person(1)], strange))
    keys = ("name", "id_number", "sex", "phone", "county", "class", "employer", "code")
    said = dict(zip(keys, strange, strict=False))
    said = {key: heading for key, heading in said.items() if key not in ("sex", "phone")}
    assert say(clerk, **said) == 303
    assert rows() == {2: ("good", [])}


def test_the_file_that_waits_for_an_answer_goes_when_it_is_replaced_or_given_up(clerk: FlaskClient) -> None:
    upload(clerk, sheet([person(1)], OTHER))
    first = batch()
    assert current_storage().exists(str(first.file_key))
    sent = {"file": (io.BytesIO(sheet([person(1)])), "a.xlsx")}
    clerk.post(f"/group/enrol/lists/{first.id}/file", data=sent)
    jobs.drain()
    assert not current_storage().exists(str(first.file_key))
    upload(clerk, sheet([person(2)], OTHER))
    second = batch()
    clerk.post(f"/group/enrol/lists/{second.id}/drop")
    assert not current_storage().exists(str(second.file_key))


def test_a_table_that_lacks_more_than_it_has_to_offer_is_just_refused(clerk: FlaskClient) -> None:
    upload(clerk, sheet([[*person(1)[:4]]], HEADINGS[:4]))
    assert (batch().state, batch().file_key) == ("refused", None)
    assert "对应您表里的哪一列" not in clerk.get(f"/group/enrol/lists/{batch().id}").text


def test_an_older_template_is_announced_and_read(clerk: FlaskClient) -> None:
    with db.read() as session:
        book = load_workbook(io.BytesIO(workbook(session, session.get_one(TrainingClass, 2))))
    page = book.worksheets[0]
    titles = [str(cell.value).lstrip("*") for cell in page[2]]
    filled = dict(zip(HEADINGS, person(1), strict=True))
    for at, title in enumerate(titles, 1):
        page.cell(4, at).value = filled.get(title, "")
    for version, told in ((book["_lists"]["A1"].value, False), ("2024-3", True)):
        book["_lists"]["A1"].value = version
        out = io.BytesIO()
        book.save(out)
        upload(clerk, out.getvalue())
        shown = clerk.get(f"/group/enrol/lists/{batch().id}").text
        assert rows() == {4: ("good", [])}
        assert ("旧版模版" in shown) is told


def test_what_is_shown_is_what_the_order_costs(clerk: FlaskClient) -> None:
    upload(clerk, sheet([person(1), person(2)]))
    send(clerk)
    with db.write() as session:  # both work here now; one has hours of course 4 already
        for learner in session.scalars(select(Learner)):
            assert learner.employments[0].employer_name == NAME
        one = session.scalars(select(Learner).where(Learner.name == person(1)[0])).one()
        same = {"year": 2026, "kind": "major", "hours": 1250, "title": "课程4", "source": "import"}
        session.add(Credit(learner_id=one.id, course_id=4, employer_name=NAME, **same))
    clerk.post(f"/orders/{orders()[0].number}/cancel")
    upload(clerk, sheet([person(1), person(2), person(3)]))
    jobs.drain()
    mine = batch()
    page = clerk.get(f"/group/enrol/lists/{mine.id}").text
    shown = re.search(r'name="total"[^>]*value="(\d+)"', page)
    assert shown
    assert int(shown[1]) == FEE * 3 - 2000
    assert "1 人已有部分学时" in page
    send(clerk, total=int(shown[1]))
    assert (orders()[-1].total, batch().state) == (int(shown[1]), "sent")


def test_the_person_to_be_removed_is_chosen_already(clerk: FlaskClient) -> None:
    upload(clerk, sheet([person(n) for n in range(60)]))
    with db.write() as session:
        session.get_one(TrainingClass, 2).seats = None
    send(clerk)
    order = orders()[-1].number
    gateway = clerk.post(f"/pay/{order}", data={"provider": "sandbox"}).location
    clerk.get(clerk.post(gateway, data={"decision": "pay"}).location)
    with db.read() as session:
        last = session.scalars(select(OrderLine.id).order_by(OrderLine.id.desc())).first()
    assert f"/orders/{order}/refund?line={last}" in clerk.get("/group/people").text
    page = clerk.get(f"/orders/{order}/refund?line={last}").text
    assert f'value="{last}" checked' in page
    assert page.count(" checked") == 1
