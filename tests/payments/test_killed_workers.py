"""kill -9 of serving processes while a gateway tells them of payments: whatever was acknowledged is booked, once.

Two real servers with their workers serve one database over HTTP; the list of acknowledgements is kept here, outside of
both. A gateway tells again until it hears "success", as gateways do; refunds are being sent by the workers meanwhile.
"""

import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import clock, db, jobs
from portal.events import Delivery, EventRow
from portal.jobs import Job
from portal.orders.models import Order
from portal.payments import ledger, service
from portal.payments.models import Payment, PaymentEvent, Refund
from portal.payments.service import refunds
from portal.settings import Settings
from portal.study.models import Plan
from portal_pay_sandbox import books, keys, signing
from portal_pay_sandbox.models import Return
from portal_pay_sandbox.provider import Sandbox, compose
from tests.orders.shop import buy, open_shop, register

SERVERS, KILLS, AT_ONCE = 2, 5, 12  # payments told of between two kills
SITE = """
import pickle, sys
from pathlib import Path
from portal import serving
from portal.app import create_app
from portal.settings import Settings
settings = Settings().model_copy(update=pickle.loads(Path(sys.argv[1]).read_bytes()) | {"port": int(sys.argv[2])})
serving.serve(create_app(settings), settings)
"""


class Servers:
    """The serving processes; each is started again after it was killed."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.values = folder / "settings"
        self.values.write_bytes(pickle.dumps(settings.model_dump() | {"host": "127.0.0.1", "worker": True}))
        self.ports = [_free_port() for _ in range(SERVERS)]
        self.running = [self._start(port) for port in self.ports]

    def _start(self, port: int) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-c", SITE, str(self.values), str(port)]
        return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self, place: int) -> None:
        """kill -9, and a fresh process in its place."""
        self.running[place].send_signal(signal.SIGKILL)
        assert self.running[place].wait(timeout=30) == -signal.SIGKILL
        self.running[place] = self._start(self.ports[place])

    def end(self) -> None:
        for process in self.running:
            process.kill()
            process.wait(timeout=30)


class Gateway:
    """Tells of payments from several threads at once, again and again until each was acknowledged."""

    def __init__(self, app: Flask, ports: list[int]) -> None:
        self.app, self.ports = app, ports
        self.bodies: dict[str, bytes] = {}
        self.acknowledged: list[str] = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._tell, args=(place,)) for place in range(4)]
        with app.app_context():
            self.signer = keys.signer()

    def _tell(self, place: int) -> None:
        turn = place
        while not self.over.is_set():
            waiting = [number for number in list(self.bodies) if number not in self.acknowledged]
            if not waiting:
                time.sleep(0.02)
                continue
            number, turn = waiting[turn % len(waiting)], turn + 1
            try:
                if self._post(self.ports[turn % len(self.ports)], self.bodies[number]) == b"success":
                    self.acknowledged.append(number)
            except (OSError, HTTPException):  # the server is gone, or goes while it answers: told again
                time.sleep(0.1)

    def _post(self, port: int, body: bytes) -> bytes:
        headers = {"Content-Type": "application/json", **signing.sign(self.signer, body, clock.now())}
        request = urllib.request.Request(f"http://127.0.0.1:{port}/pay/notify/sandbox", data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - loopback
            return bytes(answer.read())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until(happened: object, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not happened():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def _begun() -> Payment:
    """An order whose buyer has paid at the bank; nobody has told the portal yet."""
    with db.write() as session:
        order = buy(session, open_shop(session), register(session), now=clock.now())
        payment = service.start(session, order, Sandbox(), clock.now())
        trade = books.open_trade(session, payment.number, payment.amount, "", "", clock.now(), order.number)
        books.decide(session, trade.id, "paid", clock.now())
        return payment


def _body(payment: Payment) -> bytes:
    notice = Sandbox().query(payment)
    assert notice is not None
    return compose(notice)


def _refund_agreed(payment: Payment) -> None:
    """An order that is paid and asked back; the workers have to send its money."""
    notice = Sandbox().query(payment)
    assert notice is not None
    with db.write() as session:
        service.confirm(session, "sandbox", notice, clock.now())
        order = session.get_one(Order, payment.order_id)
        [refund] = refunds.ask(session, order, [order.lines[0].id], "", order.buyer_id, clock.now())
        refunds.approve(session, refund.id, order.buyer_id, clock.now())


@pytest.mark.slow
def test_what_was_acknowledged_is_booked_once_whoever_was_killed(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    told = [_begun() for _ in range(KILLS * AT_ONCE)]
    back = [_begun() for _ in range(AT_ONCE)]
    servers = Servers(settings, tmp_path)
    gateway = Gateway(app, servers.ports)
    try:
        for thread in gateway.threads:
            thread.start()
        for kill in range(KILLS):
            before = len(gateway.acknowledged)
            for payment in back[kill::KILLS]:
                _refund_agreed(payment)
            for payment in told[kill * AT_ONCE : (kill + 1) * AT_ONCE]:
                gateway.bodies[payment.number] = _body(payment)
            _until(lambda before=before: len(gateway.acknowledged) > before + 1)
            servers.kill(kill % SERVERS)
            _until(lambda: set(gateway.bodies) == set(gateway.acknowledged))
    finally:
        gateway.over.set()
        servers.end()
        for thread in gateway.threads:
            thread.join()
    jobs.drain(clock.now() + timedelta(hours=1))  # whoever comes after the dead, once their leases are over
    _every_acknowledgement_is_booked_once(gateway, told)
    _every_refund_was_sent_once(back)


def _every_acknowledgement_is_booked_once(gateway: Gateway, told: list[Payment]) -> None:
    assert set(gateway.acknowledged) == {payment.number for payment in told}
    with db.read() as session:
        assert ledger.faults(session) == []
        arrived = select(Payment.number, func.count(PaymentEvent.id), func.sum(PaymentEvent.money)).join(PaymentEvent)
        arrived = arrived.where(Payment.number.in_(gateway.acknowledged), PaymentEvent.money > 0).group_by(
            Payment.number
        )
        assert {tuple(row) for row in session.execute(arrived)} == {(one.number, 1, one.amount) for one in told}
        states = session.scalars(select(Payment.state).where(Payment.number.in_(gateway.acknowledged)))
        assert set(states) == {"paid"}
        live = select(func.count()).select_from(Plan).where(Plan.state != "revoked")
        assert session.scalar(live) == len(told)
        paid = select(func.count()).select_from(EventRow).where(EventRow.hook == "order_paid")
        assert session.scalar(paid) == len(told) + AT_ONCE
        assert set(session.scalars(select(Delivery.state))) <= {"done"}


def _every_refund_was_sent_once(back: list[Payment]) -> None:
    with db.read() as session:
        assert [refund.state for refund in session.scalars(select(Refund))] == ["done"] * len(back)
        assert [one.state for one in session.scalars(select(Return))] == ["done"] * len(back)
        assert session.scalars(select(Job.key).where(Job.state == "failed")).all() == []
