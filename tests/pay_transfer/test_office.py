"""Pages of the office beside its screens: a statement imported whole or not at all, lists by what is left, the slip."""

import io

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditRow
from portal_pay_transfer.models import StatementLine
from tests.pay_transfer.test_deciding import chief
from tests.pay_transfer.test_transfers import Announced, announced, counter

__all__ = ["announced", "chief", "counter"]

IMPORT = "/staff/transfer_lines/import"
HEAD = "交易日期,交易流水号,贷方金额,对方户名,附言"


def _send(browser: FlaskClient, *lines: str):  # type: ignore[no-untyped-def]
    data = "\n".join([HEAD, *lines]).encode("gb18030")
    return browser.post(IMPORT, data={"file": (io.BytesIO(data), "流水.csv")})


def _states() -> dict[str, str]:
    with db.read() as session:
        return {line.reference: line.state for line in session.scalars(select(StatementLine))}


def test_a_statement_is_imported_and_what_is_left_is_listed(announced: Announced, chief: FlaskClient) -> None:
    assert f'href="{IMPORT}"' in chief.get("/staff/transfer_lines/").text
    assert chief.get(IMPORT).status_code == 200
    code = announced.transfer.payment_number
    lines = (f"2026-11-24,B1,48.00,唐山市第一中学,{code}", "2026-11-24,B2,5.00,某人,培训费")
    answer = _send(chief, *lines)
    assert answer.location == "/staff/transfer_lines/?state=open"
    listed = chief.get(answer.location).text
    assert "新增流水 2 条：按识别码自动匹配 1 条，待匹配 1 条" in listed
    assert ("B2" in listed, ">B1<" in listed) == (True, False)
    assert ">B1<" in chief.get("/staff/transfer_lines/?state=matched").text
    assert _states() == {"B1": "matched", "B2": "open"}
    assert announced.look()[1] == "settled"
    again = chief.get(_send(chief, *lines).location).text
    assert "以前导入过的 2 条未重复登记" in again
    with db.read() as session:
        kept = session.scalars(select(AuditRow).where(AuditRow.verb == "transfer.statement_imported")).one()
        line = session.scalars(select(StatementLine).where(StatementLine.reference == "B1")).one()
    assert (kept.after, kept.actor_id) == ({"lines": 2}, line.entered_by)
    paid = chief.get(f"/staff/transfer_lines/{line.id}").text
    assert code in paid
    assert "B1" in chief.get(f"/staff/transfers/{announced.transfer.id}").text


def test_a_line_put_aside_leaves_the_list_of_what_waits(announced: Announced, chief: FlaskClient) -> None:
    _send(chief, "2026-11-24,B3,0.17,某银行,利息")
    with db.read() as session:
        line = session.scalars(select(StatementLine)).one()
    assert 'title="待办 1 条"' in chief.get("/staff/").text
    assert chief.post(f"/staff/transfer_lines/{line.id}/do/aside", data={"reason": "利息"}).status_code == 303
    assert _states() == {"B3": "aside"}
    assert "待办 1 条" not in chief.get("/staff/").text


def test_one_bad_line_imports_nothing_and_is_named(announced: Announced, chief: FlaskClient) -> None:
    answer = _send(chief, "2026-11-24,B1,48.00,甲,x", "2026-11-24,B2,five,乙,x")
    assert answer.status_code == 422
    assert "第 3 行" in answer.text
    assert chief.post(IMPORT, data={}).status_code == 422
    assert _states() == {}


def test_staff_look_at_the_slip(announced: Announced, chief: FlaskClient) -> None:
    address = f"/staff/transfers/{announced.transfer.id}/slip"
    assert chief.get(address).status_code == 404
    picture = io.BytesIO()
    Image.new("RGB", (600, 400), "white").save(picture, "JPEG")
    picture.seek(0)
    payer = announced.counter.browser
    sent = {"payer": "唐山市第一中学", "slip": (picture, "回单.jpg")}
    assert payer.post(f"/transfer/{announced.transfer.payment_number}", data=sent).status_code == 303
    assert f'href="{address}"' in chief.get(f"/staff/transfers/{announced.transfer.id}").text
    shown = chief.get(address)
    assert (shown.mimetype, shown.headers["Cache-Control"]) == ("image/jpeg", "private, no-store")
    assert shown.data.startswith(b"\xff\xd8")
    assert chief.get("/staff/transfers/99/slip").status_code == 404
    for stranger in (payer, announced.counter.another()):
        assert stranger.get(address).status_code == 404
        assert stranger.get(IMPORT).status_code == 404
        assert stranger.post(IMPORT).status_code == 404
