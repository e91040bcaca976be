"""The guide's way of an organisation: page 1, page 2, one paid order; and every way to leave it."""

import io

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select

from portal import db, jobs
from portal.catalogue.models import TrainingClass
from portal.orders.models import OrderLine
from portal.people.models import Account, Learner, Organisation
from portal.study.models import Plan
from tests.group_reg.conftest import (
    CODE,
    FEE,
    HEADINGS,
    NAME,
    batch,
    employer,
    enter,
    number,
    orders,
    person,
    rows,
    send,
    sheet,
    upload,
)


def count(model: type, *where: object) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]


def pay(client: FlaskClient, order_number: str) -> None:
    gateway = client.post(f"/pay/{order_number}", data={"provider": "sandbox"}).location
    client.get(client.post(gateway, data={"decision": "pay"}).location)


def test_a_clean_list_becomes_one_paid_order(clerk: FlaskClient) -> None:
    assert "一班" in clerk.get("/group/enrol").text
    page = clerk.get("/group/enrol?class=2").text
    assert "课程包" in page
    shown = upload(clerk, sheet([person(n) for n in range(3)]))
    assert shown.status_code == 303
    result = clerk.get(shown.location).text
    assert "3 行可以提交" in result
    assert f"{FEE * 3 // 100}" in result
    assert send(clerk).status_code == 303
    (order,) = orders()
    assert (order.total, order.mode, order.state) == (FEE * 3, "group_reg", "placed")
    assert clerk.get(shown.location).location == f"/pay/{order.number}"
    pay(clerk, order.number)
    assert count(Plan, Plan.state == "open", Plan.award == "certificate") == 3
    with db.read() as session:
        learner = session.scalars(select(Learner).where(Learner.name == "张一")).one()
        assert (learner.source, learner.employments[0].employer_name, learner.account.must_change) == (
            "group",
            NAME,
            True,
        )
        assert session.get_one(TrainingClass, 2).taken == 6
    board = clerk.get("/group/people").text
    assert "张一" in board
    assert "账号还没有激活" in board
    assert "张一" in clerk.get("/organisation/slips").text
    assert "张一" in clerk.get("/group/people.csv").text
    assert clerk.post("/group/people/remind").status_code == 303


def test_nothing_is_hashed_and_nobody_gets_in_without_activation(clerk: FlaskClient, app: Flask) -> None:
    upload(clerk, sheet([person(1)]))
    send(clerk)
    with db.read() as session:
        account = session.scalars(select(Account).where(Account.kind == "learner")).one()
        assert account.password == "!"
    stranger = app.test_client()
    for password in ("!", "123456", ""):
        stranger.post("/login", data={"name": number(1), "password": password})
        assert stranger.get("/me").location.startswith("/login")


def test_ten_clicks_make_one_order_and_the_same_people_are_not_enrolled_twice(clerk: FlaskClient) -> None:
    upload(clerk, sheet([person(n) for n in range(3)]))
    first = batch()
    for _ in range(5):
        send(clerk, drain=False)
    jobs.drain()
    for _ in range(5):
        clerk.post(f"/group/enrol/lists/{first.id}/send", data={"version": 1, "total": FEE * 3})
    jobs.drain()
    assert len(orders()) == 1
    assert (count(Learner), count(OrderLine)) == (3, 3)
    upload(clerk, sheet([person(n) for n in range(3)]))
    assert {state for state, _codes in rows().values()} == {"enrolled"}
    refused = send(clerk)
    assert refused.status_code == 422
    assert len(orders()) == 1


def test_rows_to_repair_stay_behind_only_when_it_is_said(clerk: FlaskClient) -> None:
    upload(clerk, sheet([person(1), person(2, phone="139"), person(3)]))
    assert send(clerk).status_code == 422
    assert orders() == []
    assert send(clerk, leave=True).status_code == 303
    assert count(OrderLine) == 2
    assert (batch().state, rows()) == ("checked", {3: ("bad", ["PHONE"])})


def test_rows_are_repaired_in_the_page(clerk: FlaskClient) -> None:
    wrong = number(2)[:17] + ("1" if number(2)[17] != "1" else "2")
    upload(clerk, sheet([person(1), person(2, id=wrong), person(1), person(4, employer="唐山市其他公司"), person(5)]))
    assert rows() == {
        2: ("good", []),
        3: ("bad", ["ID_CHECKSUM"]),
        4: ("bad", ["DUP_IN_FILE"]),
        5: ("bad", ["OTHER_EMPLOYER"]),
        6: ("good", []),
    }
    mine = batch()
    page = clerk.get(f"/group/enrol/lists/{mine.id}").text
    for words in ("校验位", "与第 2 行的证件号码相同", NAME, wrong):
        assert words in page, words
    url = f"/group/enrol/lists/{mine.id}/rows"
    typed = {"version": mine.version, "r3-id_number": number(2), "drop": "4", "action": "own"}
    assert clerk.post(url, data=typed).status_code == 303
    assert set(rows()) == {2, 3, 5, 6}
    assert {state for state, _codes in rows().values()} == {"good"}
    late = clerk.post(url, data={**typed, "r3-id_number": "1"}, follow_redirects=True)  # another window
    assert "另一个窗口" in late.text
    assert {state for state, _codes in rows().values()} == {"good"}


def test_the_repaired_file_is_merged_by_row(clerk: FlaskClient) -> None:
    upload(clerk, sheet([person(1), person(2, phone="139"), person(3, **{"class": "九班"})]))
    mine = batch()
    data = clerk.get(f"/group/enrol/lists/{mine.id}/repair.xlsx").data
    book = load_workbook(io.BytesIO(data))
    page = book.worksheets[0]
    assert [page.cell(at, 2).value for at in (2, 3)] == ["3", "4"]
    titles = {cell.value: cell.column for cell in page[1]}
    page.cell(2, titles["手机号"]).value = "13912340002"
    page.cell(3, titles["班级"]).value = "还是不对"
    out = io.BytesIO()
    book.save(out)
    sent = {"file": (io.BytesIO(out.getvalue()), "待修正.xlsx")}
    assert clerk.post(f"/group/enrol/lists/{mine.id}/file", data=sent).status_code == 303
    jobs.drain()
    assert rows() == {2: ("good", []), 3: ("good", []), 4: ("bad", ["CLASS"])}
    assert batch().id == mine.id


def test_a_file_that_cannot_be_read_is_refused_with_a_sentence_and_may_be_replaced(clerk: FlaskClient) -> None:
    upload(clerk, b"<html><table></table></html>")
    mine = batch()
    assert mine.state == "refused"
    assert "网页" in clerk.get(f"/group/enrol/lists/{mine.id}").text
    clerk.post(f"/group/enrol/lists/{mine.id}/file", data={"file": (io.BytesIO(sheet([person(1)])), "a.xlsx")})
    jobs.drain()
    assert rows() == {2: ("good", [])}
    clerk.post(f"/group/enrol/lists/{mine.id}/file", data={"file": (io.BytesIO(b"%PDF-1.4"), "a.xlsx")})
    jobs.drain()
    assert (batch().state, rows()) == ("checked", {2: ("good", [])})  # the rows of before stay
    assert batch().refusal


def test_page_one_needs_a_file_and_a_complete_package(clerk: FlaskClient) -> None:
    assert clerk.post("/group/enrol?class=2", data={"courses": [1, 2, 3, 4, 8, 9]}).status_code == 422
    short = upload(clerk, sheet([person(1)]), courses=[1, 3, 8])
    assert short.status_code == 422
    assert "专业科目" in short.text
    assert upload(clerk, sheet([person(1)]), class_id=99).status_code == 200  # no such class: page 1 again
    assert batch() is None


def test_columns_nobody_asked_for_and_another_order_are_fine(clerk: FlaskClient) -> None:
    values = dict(zip(HEADINGS, person(1), strict=True))
    mixed = ["统一社会信用代码", "工号", "姓 名", "身份证号码", "工作单位", "所在区县", "班次"]
    row = [CODE, "7", values["姓名"], values["居民身份证号"], NAME, "丰润区", "丰润区二班"]
    upload(clerk, sheet([row], mixed))
    assert rows() == {2: ("good", [])}
    assert "工号" in clerk.get(f"/group/enrol/lists/{batch().id}").text


def test_each_row_may_name_another_class_of_the_project(clerk: FlaskClient) -> None:
    upload(clerk, sheet([person(1), person(2, county="唐山市", **{"class": "一班"})]))
    assert {state for state, _codes in rows().values()} == {"good"}
    send(clerk)
    with db.read() as session:
        assert sorted(session.scalars(select(OrderLine.class_id))) == [2, 3]


def test_too_few_seats_hand_the_list_back(clerk: FlaskClient) -> None:
    upload(clerk, sheet([person(n, county="唐山市", **{"class": "一班"}) for n in range(10)]))
    send(clerk)
    assert (batch().state, orders(), count(Learner)) == ("checked", [], 0)
    assert "名额" in batch().refusal


def test_a_higher_price_than_was_shown_is_refused(clerk: FlaskClient) -> None:
    upload(clerk, sheet([person(1)]))
    send(clerk, total=FEE - 1)
    assert (batch().state, orders(), count(Learner)) == ("checked", [], 0)
    assert "金额" in batch().refusal


def test_an_order_that_is_given_up_opens_the_list_again(clerk: FlaskClient) -> None:
    upload(clerk, sheet([person(1)]))
    send(clerk)
    clerk.post(f"/orders/{orders()[0].number}/cancel")
    jobs.drain()
    assert (batch().state, rows()) == ("checked", {2: ("good", [])})
    send(clerk)
    assert [order.state for order in orders()] == ["cancelled", "placed"]
    assert count(Learner) == 1


def test_a_list_is_given_up(clerk: FlaskClient) -> None:
    upload(clerk, sheet([person(1)]))
    mine = batch()
    assert clerk.post(f"/group/enrol/lists/{mine.id}/drop").location == "/group/"
    assert rows(mine.id) == {}
    assert clerk.get(f"/group/enrol/lists/{mine.id}").status_code == 404


# --- who may ------------------------------------------------------------------------------------------------------


def test_lists_of_others_are_as_unknown_as_none(clerk: FlaskClient, app: Flask) -> None:
    upload(clerk, sheet([person(1)]))
    mine = batch()
    with db.write() as session:
        other = employer(session, "唐山市另一家公司", "91350100M000100Y43")
    stranger = enter(app.test_client(), other)
    for path in ("", "/repair.xlsx", "/progress"):
        assert stranger.get(f"/group/enrol/lists/{mine.id}{path}").status_code == 404
    for path in ("/rows", "/file", "/send", "/drop"):
        assert stranger.post(f"/group/enrol/lists/{mine.id}{path}", data={"version": 1}).status_code == 404
    assert "名单.xlsx" not in stranger.get("/group/").text


def test_an_organisation_that_waits_for_its_review_sees_its_waiting_page(
    app: Flask, organisation: Organisation
) -> None:
    with db.write() as session:
        waiting = employer(session, "唐山市另一家公司", "91350100M000100Y43", state="pending")
    client = enter(app.test_client(), waiting)
    for path in ("/group/", "/group/enrol", "/group/people"):
        assert client.get(path).location == "/organisation"
