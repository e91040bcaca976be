"""A learner who is logged in and has an unpaid order."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import clock, db
from portal.orders import service as orders
from portal.orders.models import Order
from portal.people.models import Learner
from portal.testing import log_in, make_learner
from tests.orders.shop import HOURS, Shop, nothing_wrong, open_shop, propose


@dataclass
class Counter:
    """The till: a shop, its customer, what was ordered, and the customer's browser."""

    shop: Shop
    learner: Learner
    order: Order
    browser: FlaskClient

    def state(self) -> str:
        with db.read() as session:
            return session.get_one(Order, self.order.id).state

    def another(self) -> FlaskClient:
        """The browser of somebody else."""
        with db.write() as session:
            stranger = make_learner(session, "别人")
        browser = self.browser.application.test_client()
        log_in(browser, stranger.account)
        return browser


@pytest.fixture
def counter(app: Flask, client: FlaskClient) -> Counter:
    with db.write() as session:
        shop = open_shop(session)
        learner = make_learner(session)
        # On the page the clock is the real one.
        order = orders.place(session, propose(shop, learner), nothing_wrong, clock.now(), HOURS)
    log_in(client, learner.account)
    return Counter(shop, learner, order, client)
