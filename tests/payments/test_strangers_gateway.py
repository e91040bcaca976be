"""The hook payment_providers: a stranger's way to pay stands among ours, and its word is heard."""

from collections.abc import Mapping

from portal import clock, db
from portal.orders import service as orders
from portal.orders.models import Order
from portal.payments.models import Payment
from portal.payments.provider import Notice, PaymentProvider
from portal.testing import log_in, make_learner
from tests.orders.shop import HOURS, nothing_wrong, open_shop, propose
from tests.strangers import Start
from tests.strangers import start as start


class Till(PaymentProvider):
    """Money over the counter: the clerk posts `<payment number> <fen>`."""

    key = "till"
    title = "到窗口交费"

    def start(self, payment: Payment, return_url: str, notify_url: str) -> str:
        return f"/till/{payment.number}"

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        number, amount = body.decode().split()
        return Notice(f"till-{number}", number, "paid", int(amount), "0001")

    def query(self, payment: Payment) -> Notice | None:
        return None


def test_hook_payment_providers(start: Start) -> None:
    app = start(payment_providers=[Till])
    with db.write() as session:
        shop = open_shop(session)
        learner = make_learner(session)
        order = orders.place(session, propose(shop, learner), nothing_wrong, clock.now(), HOURS)
    browser = app.test_client()
    log_in(browser, learner.account)
    assert "到窗口交费" in browser.get(f"/pay/{order.number}").text
    left = browser.post(f"/pay/{order.number}", data={"provider": "till"})
    number = str(left.location).removeprefix("/till/")
    answer = browser.post("/pay/notify/till", data=f"{number} {order.total}".encode(), content_type="text/plain")
    assert (answer.status_code, answer.text) == (200, "success")
    with db.read() as session:
        assert session.get_one(Order, order.id).state == "paid"
