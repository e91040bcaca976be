"""What the office does with transfers through its pages: confirm, match, set aside, answer a slip."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from portal import db
from portal.access import staff_accounts
from portal.staff import roles
from portal.testing import PASSWORD, log_in
from portal_pay_transfer.models import StatementLine, Transfer
from tests.pay_transfer.test_transfers import Announced, announced, counter

__all__ = ["announced", "counter"]


@pytest.fixture
def chief(app: Flask) -> FlaskClient:
    """The browser of an administrator."""
    with db.write() as session:
        roles.sync(session, app)
        digest = generate_password_hash(PASSWORD, "pbkdf2:sha256:1000")
        account = staff_accounts.add(session, "chief", "郝静宜", digest, staff_accounts.ADMIN)
    browser = app.test_client()
    log_in(browser, account)
    return browser


def _transfer(announced: Announced, step: str) -> str:
    return f"/staff/transfers/{announced.transfer.id}/do/{step}"


def _line() -> StatementLine:
    with db.read() as session:
        return session.scalars(select(StatementLine)).one()


def test_what_a_clerk_has_seen_is_confirmed_once(announced: Announced, chief: FlaskClient) -> None:
    address = _transfer(announced, "confirm")
    page = chief.get(address.removesuffix("/do/confirm"))
    assert address in page.text
    wrong = chief.post(address, data={"reference": "B9", "amount": "much", "booked_on": "2026-11-24"})
    assert wrong.status_code == 422
    assert 'value="much"' in wrong.text
    said = {"reference": "B9", "amount": "48", "booked_on": "2026-11-24"}
    assert chief.post(address, data={**said, "amount": "0"}).status_code == 422
    assert announced.look()[1] == "open"
    assert chief.post(address, data=said).status_code == 303
    assert announced.look()[1] == "settled"
    assert chief.post(address, data=said).status_code == 409
    assert (_line().amount, _line().matched) == (4800, 4800)


def test_a_line_without_code_is_matched_by_a_person(announced: Announced, chief: FlaskClient) -> None:
    announced.arrive(4800, remark="培训费")
    address = f"/staff/transfer_lines/{_line().id}/do/match"
    assert announced.transfer.payment_number in chief.get(address).text
    assert chief.post(address, data={"transfer": "99"}).status_code == 422
    assert chief.post(address, data={"transfer": str(announced.transfer.id)}).status_code == 303
    assert chief.post(address, data={"transfer": str(announced.transfer.id)}).status_code in (409, 422)
    assert announced.look()[1] == "settled"
    assert _line().rest == 0


def test_a_line_that_is_nobodys_payment_is_set_aside(announced: Announced, chief: FlaskClient) -> None:
    announced.arrive(17, remark="利息")
    address = f"/staff/transfer_lines/{_line().id}/do/aside"
    assert chief.post(address, data={"reason": ""}).status_code == 422
    assert chief.post(address, data={"reason": "利息"}).status_code == 303
    assert _line().set_aside == "利息"
    assert chief.post(address, data={"reason": "利息"}).status_code == 409


def test_a_slip_is_answered(announced: Announced, chief: FlaskClient) -> None:
    address = _transfer(announced, "answer")
    assert chief.post(address, data={"reason": "看不清"}).status_code == 409
    with db.write() as session:
        session.get_one(Transfer, announced.transfer.id).slip_key = "slips/1.jpg"
    assert chief.post(address, data={"reason": "看不清"}).status_code == 303
    with db.read() as session:
        assert session.get_one(Transfer, announced.transfer.id).slip_answer == "看不清"
