"""Any of the four named plugins may be missing, in every combination."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html.parser import HTMLParser
from itertools import combinations

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import db
from portal.catalogue.models import Course
from portal.clock import now
from portal.orders.models import Order, OrderLine
from portal.people.models import Agreement
from portal.plugins import Plugins
from portal.settings import Settings
from portal.study.models import Plan
from portal.testing import log_in, make_account, make_learner
from tests.catalogue.planting import plant
from tests.enrollment.conftest import NOW, Wizard, newcomer, orders
from tests.group_reg import conftest as group
from tests.sources import NAMED

SUBSETS = [subset for size in range(len(NAMED) + 1) for subset in combinations(NAMED, size)]


class _Links(HTMLParser):
    """Addresses of this site that a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        address = dict(attributes).get("href") or ""
        if tag == "a" and (address.startswith("/") or "#" in address[:1]):
            self.found.add(address)


def links(page: str) -> set[str]:
    parser = _Links()
    parser.feed(page)
    return parser.found


@pytest.fixture(params=SUBSETS, ids="+".join)
def site(
    request: pytest.FixtureRequest, settings: Settings, portal_app: Callable[[Settings], Flask]
) -> Iterator[tuple[Flask, tuple[str, ...]]]:
    """The portal with some of the named plugins, and which."""
    absent = [name for name in NAMED if name not in request.param]
    app = portal_app(settings.model_copy(update={"plugins_disabled": absent}))
    with app.app_context():
        with db.write() as session:  # what every site has before it opens
            session.add(Agreement(version=1, title="用户服务协议", text="一、", effective_at=now() - timedelta(days=1)))
        yield app, request.param
        db.engine().dispose()


def test_the_portal_runs_with_any_of_them(site: tuple[Flask, tuple[str, ...]]) -> None:
    app, present = site
    plugins: Plugins = app.extensions["portal_plugins"]
    assert {plugin.name for plugin in plugins.active} & set(NAMED) == set(present)
    assert [plugin.off for plugin in plugins.all if plugin.off not in ("", "disabled")] == []
    assert app.test_client().get("/healthz").status_code == 200


@pytest.mark.parametrize("who", ["anonymous", "learner", "organisation"])
def test_no_link_of_the_home_page_is_dead(site: tuple[Flask, tuple[str, ...]], who: str) -> None:
    app, _present = site
    client = _visitor(app, who)
    home = client.get("/")
    assert home.status_code == 200
    found = links(home.text)
    assert len(found) > 3
    dead = {address: status for address in found if (status := _status(client, address)) >= 400}
    assert dead == {}


def _visitor(app: Flask, who: str) -> FlaskClient:
    client = app.test_client()
    if who != "anonymous":
        with db.write() as session:
            account = make_learner(session).account if who == "learner" else make_account(session, who)
        log_in(client, account)
    return client


def _status(client: FlaskClient, address: str) -> int:
    """The shell writes #endpoint where an endpoint does not exist."""
    if address.startswith("#"):
        return 0 if address == "#main" else 404
    return client.get(address, follow_redirects=True).status_code


def test_every_door_belongs_to_a_plugin_that_is_there(site: tuple[Flask, tuple[str, ...]]) -> None:
    app, present = site
    plugins: Plugins = app.extensions["portal_plugins"]
    doors = {mode.key for mode in plugins.declared("selection_modes")}
    assert doors <= set(present)
    home = app.test_client().get("/").text
    assert home.count('class="h-door"') == len(doors)
    assert {mode.endpoint for mode in plugins.declared("selection_modes")} <= set(app.view_functions)


def test_each_mode_that_is_there_finishes_an_order(site: tuple[Flask, tuple[str, ...]]) -> None:
    app, present = site
    plugins: Plugins = app.extensions["portal_plugins"]
    modes = [mode.key for mode in plugins.declared("selection_modes")]
    assert set(modes) == set(ORDERED) & set(present)
    with time_machine.travel(NOW):
        for mode in modes:
            order = ORDERED[mode](app)
            with db.read() as session:
                assert session.get_one(Order, order.id).state == "paid"
                plan = session.scalars(select(Plan).join(OrderLine).where(OrderLine.order_id == order.id)).one()
                assert (plan.mode, plan.state) == (mode, "open")


def _enrol(app: Flask) -> Order:
    """学习报名 by the form, paid at the sandbox bank."""
    with db.write() as session:
        learner = newcomer(session)
    browser = app.test_client()
    log_in(browser, learner.account)
    wizard = Wizard(browser)
    wizard.up_to_check()
    assert wizard.submit().status_code == 303
    (order,) = orders()
    _pay(browser, order.number)
    return order


def _choose(app: Flask) -> Order:
    """课程资源: one course into the basket, ordered and paid."""
    with db.write() as session:
        if session.get(Course, 2) is None:
            plant(session)
        learner = make_learner(session)
    browser = app.test_client()
    log_in(browser, learner.account)
    browser.post("/courses/2/choose")
    hidden = re.findall(
        r'name="(key|expected_total)" type="hidden" value="([^"]*)"', browser.get("/courses/basket").text
    )
    number = browser.post("/courses/basket", data=dict(hidden)).location.rsplit("/")[-1]
    _pay(browser, number)
    with db.read() as session:
        return session.scalars(select(Order).where(Order.number == number)).one()


def _register(app: Flask) -> Order:
    """集体注册: one person by a spreadsheet, paid at the sandbox bank."""
    with db.write() as session:
        organisation = group.settle(session)
    browser = group.enter(app.test_client(), organisation)
    group.upload(browser, group.sheet([group.person(1)]))
    group.send(browser)
    order = group.orders()[-1]
    _pay(browser, order.number)
    return order


def _pay(browser: FlaskClient, number: str) -> None:
    gateway = browser.post(f"/pay/{number}", data={"provider": "sandbox"}).location
    browser.get(browser.post(gateway, data={"decision": "pay"}).location)


ORDERED = {"enrollment": _enrol, "self_select": _choose, "group_reg": _register}  # each mode brings its way here
