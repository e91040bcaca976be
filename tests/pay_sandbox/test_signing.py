"""Signed notifications: whatever is forged, changed, old or unreadable is refused and changes nothing."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update

from portal import clock, db
from portal.errors import Refused
from portal.payments import service
from portal.payments.models import Payment, PaymentEvent
from portal.payments.provider import Notice
from portal_pay_sandbox import keys, signing
from portal_pay_sandbox.models import Key, Pin
from portal_pay_sandbox.provider import Sandbox, compose, parse
from tests.payments.bank import paid
from tests.payments.conftest import Counter, counter

__all__ = ["counter"]
STRANGER = keys.make()
NOTICE = Notice("SB1-paid", "P26-0000-0000", "paid", 4800, "SB1")


@pytest.fixture
def payment(counter: Counter) -> Payment:
    with db.write() as session:
        return service.start(session, counter.order, Sandbox(), clock.now())


def _post(counter: Counter, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    answer = counter.browser.application.test_client().post("/pay/notify/sandbox", data=body, headers=headers)
    return answer.status_code, answer.text


def _events() -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(PaymentEvent)) or 0


def test_a_genuine_notification_pays_and_its_replay_does_nothing(counter: Counter, payment: Payment) -> None:
    body = compose(paid(payment))
    headers = signing.sign(keys.signer(), body, clock.now())
    assert [_post(counter, body, headers) for _ in range(3)] == [(200, "success")] * 3
    assert (counter.state(), _events()) == ("paid", 1)


def test_no_form_token_is_asked_of_gateways(counter: Counter, payment: Payment) -> None:
    counter.browser.application.config["WTF_CSRF_ENABLED"] = True
    body = compose(paid(payment))
    assert _post(counter, body, signing.sign(keys.signer(), body, clock.now()))[0] == 200
    # Everything else still wants one.
    assert counter.browser.post(f"/orders/{counter.order.number}/cancel").status_code == 400


@pytest.mark.parametrize(
    "spoil",
    [
        lambda headers: {},
        lambda headers: headers | {signing.SIGNATURE: ""},
        lambda headers: headers | {signing.SIGNATURE: "é" * 64},
        lambda headers: headers | {signing.SIGNATURE: headers[signing.SIGNATURE][:-1] + "!"},
        lambda headers: headers | {signing.KEY: ""},
        lambda headers: headers | {signing.KEY: STRANGER.fingerprint},
        lambda headers: headers | {signing.NONCE: "other"},
        lambda headers: headers | {signing.NONCE: ""},
        lambda headers: headers | {signing.TIMESTAMP: str(int(headers[signing.TIMESTAMP]) + 1)},
        lambda headers: headers | {signing.TIMESTAMP: "now"},
        lambda headers: {name: value for name, value in headers.items() if name != signing.TIMESTAMP},
    ],
)
def test_a_spoilt_signature_is_refused(counter: Counter, payment: Payment, spoil: Any) -> None:
    body = compose(paid(payment))
    headers = spoil(signing.sign(keys.signer(), body, clock.now()))
    assert _post(counter, body, headers) == (400, "refused")
    assert (counter.state(), _events()) == ("placed", 0)


def test_another_merchants_key_and_a_changed_amount_are_refused(counter: Counter, payment: Payment) -> None:
    body = compose(paid(payment))
    assert _post(counter, body, signing.sign(STRANGER, body, clock.now()))[0] == 400
    headers = signing.sign(keys.signer(), body, clock.now())
    assert _post(counter, compose(paid(payment, amount=1)), headers)[0] == 400
    assert (counter.state(), _events()) == ("placed", 0)


@pytest.mark.parametrize("age", [-3600, -301, 301, 3600])
def test_an_old_notification_is_refused(counter: Counter, payment: Payment, age: int) -> None:
    body = compose(paid(payment))
    with time_machine.travel(clock.now(), tick=False):  # making a key takes a second
        headers = signing.sign(keys.signer(), body, clock.now() - timedelta(seconds=age))
        assert _post(counter, body, headers)[0] == 400
    assert counter.state() == "placed"


def test_signed_but_short_is_heard_and_pays_nothing(counter: Counter, payment: Payment) -> None:
    body = compose(paid(payment, amount=4799))
    assert _post(counter, body, signing.sign(keys.signer(), body, clock.now())) == (200, "success")
    assert (counter.state(), _events()) == ("placed", 1)


def test_an_unknown_gateway_and_a_huge_body(counter: Counter) -> None:
    client = counter.browser.application.test_client()
    assert client.post("/pay/notify/nobody", data=b"{}").status_code == 404
    assert client.post("/pay/notify/sandbox", data=b"x" * 100_000).status_code == 413
    assert client.get("/pay/notify/sandbox").status_code == 405


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"event_id": "e"}',
        *(
            json.dumps({**vars(NOTICE), "amount": amount}).encode()
            for amount in ("4800", 4800.0, True, None, [4800], float("nan"))
        ),
        json.dumps({**vars(NOTICE), "payment_number": 7}).encode(),
        json.dumps({**vars(NOTICE), "event_id": "x" * 81}).encode(),
        json.dumps({**vars(NOTICE), "event_id": ""}).encode(),
        json.dumps({**vars(NOTICE), "extra": 1}).encode(),
    ],
)
def test_unreadable_bodies_are_refused(said: bytes) -> None:
    with pytest.raises(Refused):
        parse(said)


texts = st.text(min_size=1, max_size=80)


@given(st.builds(Notice, texts, texts, texts, st.integers(), texts))
def test_what_is_composed_is_read_again(notice: Notice) -> None:
    assert parse(compose(notice)) == notice


@given(st.binary(), st.binary())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_signature_fits_one_body(app: Flask, body: bytes, other: bytes) -> None:
    headers = signing.sign(keys.signer(), body, clock.now())
    signing.check(headers, body, clock.now())
    if other != body:
        with pytest.raises(Refused):
            signing.check(headers, other, clock.now())


def test_the_first_key_is_made_once_and_kept(app: Flask) -> None:
    assert keys.signer().fingerprint == keys.signer().fingerprint
    with db.read() as session:
        kept = session.scalars(select(Key)).one()
        assert "PRIVATE KEY" in kept.private
        assert "PRIVATE" not in str(session.execute(text("SELECT private FROM pay_sandbox_key")).scalar_one())


def test_a_changed_key_is_trusted_at_once_and_the_old_one_for_a_day(app: Flask) -> None:
    old, now = keys.signer(), clock.now()
    with db.write() as session:
        keys.rotate(session, keys.make(), now)
    new = keys.signer()
    assert new.fingerprint != old.fingerprint
    later = now + keys.OVERLAP
    signing.check(signing.sign(new, b"{}", later), b"{}", later)
    signing.check(signing.sign(old, b"{}", now), b"{}", now)
    with pytest.raises(Refused):
        signing.check(signing.sign(old, b"{}", later), b"{}", later)


def test_the_name_of_a_pinned_key_makes_no_other_key_genuine(app: Flask) -> None:
    pinned = keys.signer().fingerprint
    for forger in (STRANGER, replace(STRANGER, fingerprint=pinned)):
        with pytest.raises(Refused):
            signing.check(signing.sign(forger, b"{}", clock.now()), b"{}", clock.now())


def test_a_pin_that_was_exchanged_in_the_database_is_not_believed(app: Flask) -> None:
    """Whoever may write one column still has no key that fits its fingerprint."""
    mine = keys.signer()
    with db.write() as session:
        keys.rotate(session, STRANGER, clock.now())
    with db.write() as session:
        theirs = session.scalar(select(Pin.public).where(Pin.fingerprint == STRANGER.fingerprint))
        session.execute(update(Pin).where(Pin.fingerprint == mine.fingerprint).values(public=theirs))
    forged = signing.sign(replace(STRANGER, fingerprint=mine.fingerprint), b"{}", clock.now())
    with pytest.raises(Refused):
        signing.check(forged, b"{}", clock.now())


def test_the_command_changes_the_key(app: Flask) -> None:
    before = keys.signer().fingerprint
    said = app.test_cli_runner().invoke(args=["sandbox-key"])
    assert said.output.strip() == keys.signer().fingerprint != before


def test_notices_of_both_ends_differ() -> None:
    assert compose(NOTICE) != compose(replace(NOTICE, kind="failed"))
