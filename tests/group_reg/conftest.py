"""An approved organisation of 丰润区 in front of the small catalogue, and spreadsheets of its people."""

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import db, jobs
from portal.catalogue.models import Course, SpecialtyCourse, TrainingClass
from portal.orders.models import Order
from portal.people import credit_code, identity
from portal.people.models import Organisation
from portal.testing import log_in, make_account
from portal_group_reg.models import Batch, RosterRow
from tests.catalogue.planting import plant

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
NAME = "唐山市丰润区燕山建筑设计研究院有限责任公司"
FIRST17 = "91130208MA0000009"
CODE = FIRST17 + credit_code.check_character(FIRST17)
HEADINGS = ("姓名", "居民身份证号", "性别", "手机号", "县区", "班级", "单位名称", "统一社会信用代码", "职称")
PACKAGE = (1, 2, 3, 4, 8, 9)  # 62.5 professional hours with the compulsory 3; 8 is a compulsory public course
FEE = (1 + 2 + 3 + 4 + 9) * 500


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def settle(session: Session) -> Organisation:
    """The catalogue with a package of class 2, and the organisation."""
    if session.get(Course, 1) is None:
        plant(session)
    if session.get(Course, 9) is None:
        session.add(Course(id=9, code="C9", title="课程9", kind="major", year=2026, hours=1250, price=4500))
        session.flush()
        session.add(SpecialtyCourse(specialty_id=1, course_id=9, compulsory=False))
    session.get_one(TrainingClass, 2).package = [session.get_one(Course, course_id) for course_id in PACKAGE]
    return employer(session)


def employer(session: Session, name: str = NAME, code: str = CODE, state: str = "approved") -> Organisation:
    account = make_account(session, "organisation", name[:20])
    found = Organisation(account_id=account.id, name=name, code=code, division_code="130208", state=state)
    session.add(found)
    session.flush()
    return found


@pytest.fixture
def organisation(app: Flask) -> Organisation:
    with db.write() as session:
        return settle(session)


@pytest.fixture
def clerk(client: FlaskClient, organisation: Organisation) -> FlaskClient:
    return enter(client, organisation)


def enter(client: FlaskClient, organisation: Organisation) -> FlaskClient:
    from portal.people.models import Account

    with db.read() as session:
        log_in(client, session.get_one(Account, organisation.account_id))
    return client


def number(n: int) -> str:
    """A right ID number, another one for every n; even ones are women's."""
    born = date(1987, 3, 12) + timedelta(days=n // 1000)
    first17 = f"130208{born:%Y%m%d}{n % 1000:03d}"
    return first17 + identity.check_digit(first17)


def person(n: int, **other: Any) -> list[Any]:
    """A right row."""
    values = {
        "name": f"张{'一二三四五六七八九十'[n % 10]}",
        "id": number(n),
        "sex": "男" if n % 2 else "女",
        "phone": f"139{12340000 + n:08d}",
        "county": "丰润区",
        "class": "二班",
        "employer": NAME,
        "code": CODE,
        "title": "中级",
    }
    return list({**values, **other}.values())


def sheet(rows: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in (headings, *rows):
        page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client: FlaskClient, data: bytes, class_id: int = 2, name: str = "名单.xlsx", **other: Any) -> Any:
    """Page 1 sent; the work is done when this returns."""
    form = {"courses": list(PACKAGE), "file": (io.BytesIO(data), name), **other}
    answer = client.post(f"/group/enrol?class={class_id}", data=form)
    jobs.drain()
    return answer


def batch() -> Batch:
    """The newest list."""
    with db.read() as session:
        return session.scalars(select(Batch).order_by(Batch.id.desc())).first()  # type: ignore[return-value]


def rows(batch_id: int | None = None) -> dict[int, tuple[str, list[str]]]:
    """State and codes by row."""
    with db.read() as session:
        found = session.scalars(select(RosterRow).where(RosterRow.batch_id == (batch_id or batch().id)))
        return {row.number: (row.state, [fault[1] for fault in row.faults]) for row in found}


def send(client: FlaskClient, *, leave: bool = False, total: int | None = None, drain: bool = True) -> Any:
    """提交信息 for the newest list."""
    mine = batch()
    good = sum(state == "good" for state, _codes in rows(mine.id).values())
    data = {"version": mine.version, "total": good * FEE if total is None else total}
    answer = client.post(f"/group/enrol/lists/{mine.id}/send", data=data | ({"leave": "y"} if leave else {}))
    if drain:
        jobs.drain()
    return answer


def orders() -> list[Order]:
    with db.read() as session:
        return list(session.scalars(select(Order).order_by(Order.id)))
