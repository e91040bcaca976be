"""The sandbox as a whole: its page, its books, and telling the portal over real HTTP until it is heard."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from werkzeug.serving import make_server

from portal import clock, db, jobs
from portal.app import create_app
from portal.errors import Misconfigured
from portal.jobs import Job
from portal.payments.models import Payment, PaymentEvent
from portal.settings import Settings
from portal_pay_sandbox import books, keys, signing
from portal_pay_sandbox.models import Trade
from tests.orders.threads import THREADS, together
from tests.payments.conftest import Counter, counter

__all__ = ["counter"]


def _trade() -> Trade:
    with db.read() as session:
        return session.scalars(select(Trade)).one()


def _job() -> Job:
    with db.read() as session:
        return session.scalars(select(Job).where(Job.key == "pay_sandbox.tell")).one()


@pytest.fixture
def asked(counter: Counter) -> Trade:
    """A trade nobody has decided yet."""
    counter.browser.post(f"/pay/{counter.order.number}", data={"provider": "sandbox"})
    return _trade()


@pytest.fixture
def listening(counter: Counter, asked: Trade) -> Iterator[Counter]:
    """The portal on a real port, which the trade's notification goes to."""
    server = make_server("127.0.0.1", 0, counter.browser.application, threaded=True)
    with db.write() as session:
        address = f"http://127.0.0.1:{server.server_port}/pay/notify/sandbox"
        session.execute(update(Trade).values(notify_url=address))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield counter
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_books_hold_what_the_portal_asked(counter: Counter, asked: Trade, settings: Settings) -> None:
    with db.read() as session:
        payment = session.scalars(select(Payment)).one()
    assert (asked.payment_number, asked.amount, asked.state) == (payment.number, 4800, "open")
    assert asked.notify_url == f"{settings.address}/pay/notify/sandbox"
    assert asked.return_url == f"{settings.address}/pay/back/{payment.number}"


def test_the_page_is_plain_about_money(counter: Counter, asked: Trade) -> None:
    page = counter.browser.get(f"/sandbox/pay/{asked.token}")
    assert "不会动用真钱" in page.text
    assert asked.payment_number in page.text
    assert counter.browser.get("/sandbox/pay/unknown").status_code == 404
    assert counter.browser.post(f"/sandbox/pay/{asked.token}", data={"decision": "?"}).status_code == 422
    assert _trade().state == "open"


def test_a_trade_ends_once(counter: Counter, asked: Trade) -> None:
    for decision in ("refuse", "pay", "pay"):
        assert counter.browser.post(f"/sandbox/pay/{asked.token}", data={"decision": decision}).status_code == 303
    assert _trade().state == "refused"
    assert _job().payload == {"trade_id": asked.id}


def test_deciding_at_once_has_one_winner(counter: Counter, asked: Trade) -> None:
    def decide(place: int) -> bool:
        with db.write() as session:
            return books.decide(session, asked.id, "paid" if place % 2 else "refused", clock.now())

    assert together(counter.browser.application, decide).count(True) == 1
    assert THREADS > 1


def test_the_portal_hears_over_http(listening: Counter, asked: Trade) -> None:
    listening.browser.post(f"/sandbox/pay/{asked.token}", data={"decision": "pay"})
    assert listening.state() == "placed"
    jobs.run_due()
    assert listening.state() == "paid"
    assert _job().state == "done"


def test_it_is_told_again_until_it_is_heard(listening: Counter, asked: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = keys.signer()
    monkeypatch.setattr(signing, "sign", lambda key, body, now: _signed_by(keys.make(), body))
    listening.browser.post(f"/sandbox/pay/{asked.token}", data={"decision": "pay"})
    jobs.run_due()
    assert (listening.state(), _job().state, _job().attempts) == ("placed", "queued", 1)
    assert "400" in _job().error
    monkeypatch.setattr(signing, "sign", lambda key, body, now: _signed_by(genuine, body))
    jobs.run_due(clock.now() + timedelta(minutes=1))
    assert (listening.state(), _job().state) == ("paid", "done")


_sign = signing.sign


def _signed_by(key: keys.Signer, body: bytes) -> dict[str, str]:
    return _sign(key, body, clock.now())


def test_nobody_listens(counter: Counter, asked: Trade) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with db.write() as session:
        session.execute(update(Trade).values(notify_url=f"http://127.0.0.1:{port}/pay/notify/sandbox"))
    counter.browser.post(f"/sandbox/pay/{asked.token}", data={"decision": "pay"})
    jobs.run_due()
    assert (_job().state, _job().attempts) == ("queued", 1)


def test_the_periodic_question_finds_what_was_never_told(counter: Counter, asked: Trade) -> None:
    with db.write() as session:
        books.decide(session, asked.id, "paid", clock.now())
        jobs.submit(session, "payments.query", run_at=clock.now())
    jobs.run_due(clock.now() + timedelta(minutes=5))
    assert counter.state() == "paid"


def test_an_expiring_order_is_asked_about_once_more(counter: Counter, asked: Trade) -> None:
    with db.write() as session:
        books.decide(session, asked.id, "paid", clock.now())
        jobs.submit(session, "orders.expire")
    jobs.run_due(counter.order.expires_at)
    assert counter.state() == "paid"


def test_an_order_nobody_pays_expires(counter: Counter, asked: Trade) -> None:
    with db.write() as session:
        jobs.submit(session, "orders.expire", run_at=counter.order.expires_at)
    jobs.run_due(counter.order.expires_at)
    assert counter.state() == "expired"


def test_answer_and_notification_say_the_same(counter: Counter, asked: Trade) -> None:
    counter.browser.post(f"/sandbox/pay/{asked.token}", data={"decision": "pay"})
    counter.browser.get(f"/pay/back/{asked.payment_number}")
    assert counter.state() == "paid"
    notice = books.notice(_trade())
    assert notice is not None
    with db.read() as session:
        assert session.scalars(select(PaymentEvent.event_id)).all() == [notice.event_id]


def _production(settings: Settings) -> Settings:
    return settings.model_copy(
        update={"mode": "production", "public_url": "https://example.cn", "secret_key": SecretStr("s" * 40)}
    )


def test_production_refuses_it_by_name(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misconfigured, match="PORTAL_PAY_SANDBOX_IN_PRODUCTION"):
        create_app(_production(settings))
    monkeypatch.setenv("PORTAL_PAY_SANDBOX_IN_PRODUCTION", "true")
    assert "pay_sandbox.page" in create_app(_production(settings)).view_functions


def test_production_without_it_starts(settings: Settings) -> None:
    quiet = _production(settings).model_copy(update={"plugins_disabled": ["pay_sandbox"]})
    assert "pay_sandbox.page" not in create_app(quiet).view_functions
