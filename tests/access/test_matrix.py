"""Every route of the portal against every kind of visitor, generated from the URL map.

A route without an entry fails: its rule is what its view carries (`public`, `login`, `learner`, `organisation`,
`clerk`, `owner`, `staff:<screen>:<level>`) or what the staff guard's table says.
"""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from portal import db
from portal.access.guard import RULE
from portal.people.models import Clerk, Organisation
from portal.staff import grants, roles
from portal.staff.guard import OPEN
from portal.testing import log_in, make_account
from tests.staff.world import World, build

ACTORS = ("stranger", "learner", "organisation", "clerk", "viewer", "idle staff", "county", "admin")
INSIDE = {"organisation": {"organisation", "clerk", "viewer"}, "clerk": {"organisation", "clerk"}}
READING = {"GET", "HEAD", "OPTIONS"}


@pytest.fixture
def world(app: Flask) -> World:
    with db.write() as session:
        roles.sync(session, app)
        return build(session)


@pytest.fixture
def actors(app: Flask, world: World) -> dict[str, FlaskClient]:
    with db.write() as session:
        organisation, idle = make_account(session, "organisation"), make_account(session, "staff")
        school = Organisation(account_id=organisation.id, name="唐山市第九中学", code="X9", division_code="130208")
        others = [make_account(session, "organisation") for _ in range(2)]
        for number, (role, one) in enumerate(zip(("clerk", "viewer"), others, strict=True), 2):
            school.clerks.append(Clerk(account_id=one.id, role=role, number=number))
        session.add(school)
    everybody = (world.learner, organisation, *others, idle, world.county, world.admin)
    accounts = dict(zip(ACTORS[1:], everybody, strict=True))
    clients = {"stranger": app.test_client()}
    for name, account in accounts.items():
        clients[name] = app.test_client()
        log_in(clients[name], account)
    return clients


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every route with its rule; "" when nothing says who may open it."""
    needs = app.extensions["portal_needs"]
    for route in app.url_map.iter_rules():
        if route.endpoint.endswith("static") or route.endpoint in OPEN:
            continue
        view = app.view_functions[route.endpoint]
        said = getattr(view, RULE, "")
        if route.endpoint in needs:
            said = "staff:{}:{}".format(*needs[route.endpoint])
        elif route.rule.startswith(("/staff", "/console", "/api/")) and not said:
            said = "shut"
        yield route, said


def allowed(rule: str, actor: str) -> bool:
    """Whether the rule lets the actor in, before the page looks for its object."""
    if rule in ("public", "login"):
        return rule == "public" or actor != "stranger"
    if rule in ("learner", "owner"):  # "organisation" is its owner
        return actor == {"learner": "learner", "owner": "organisation"}[rule]
    if rule in INSIDE:
        return actor in INSIDE[rule]
    if rule == "shut" or not rule.startswith("staff:"):
        return False
    _, key, level = rule.split(":")
    if not key:
        return actor in ("idle staff", "county", "admin")
    county = next(role for role in roles.ROLES if role.name == "county_staff").screens | {
        "documents": "read",
        "rosters": "read",
    }
    held = county.get(key) if actor == "county" and key not in grants.ADMIN_ONLY else None
    return actor == "admin" or held == level or (held == "write" and level == "read")


def address(route: Rule) -> str:
    """An address of this route that names nothing."""
    return re.sub(r"<(?:(\w+)(?:\([^>]*\))?:)?\w+>", lambda match: "0" if match[1] == "int" else "x", route.rule)


def refused(answer: object, actor: str) -> bool:
    """Strangers go to the login or get 401; everybody else 403 or 404."""
    status, location = answer.status_code, answer.headers.get("Location", "")  # type: ignore[attr-defined]
    if actor == "stranger":
        return status == 401 or (status in (302, 303) and "/login" in location) or status == 404
    return status in (403, 404)


def test_every_route_says_who_may_open_it(app: Flask) -> None:
    assert [route.rule for route, said in rules(app) if not said] == []


@pytest.mark.slow
def test_reading(app: Flask, actors: dict[str, FlaskClient]) -> None:
    wrong = []
    for route, said in rules(app):
        if "GET" not in (route.methods or ()):
            continue
        for actor, client in actors.items():
            answer = client.get(address(route), buffered=True)
            if not allowed(said, actor) and not refused(answer, actor):
                wrong.append(f"{actor} reads {route.rule} ({said}): {answer.status_code}")
            if allowed(said, actor) and answer.status_code in (401, 403):
                wrong.append(f"{actor} may not read {route.rule} ({said}): {answer.status_code}")
            if answer.status_code >= 500:
                wrong.append(f"{actor} breaks {route.rule}: {answer.status_code}")
    assert wrong == []


@pytest.mark.slow
def test_writing(app: Flask, actors: dict[str, FlaskClient]) -> None:
    wrong = []
    for route, said in rules(app):
        for method in (route.methods or set()) - READING:
            for actor, client in actors.items():
                if said == "public" or route.endpoint == "access.logout":
                    continue
                if allowed(said, actor):
                    continue
                answer = client.open(address(route), method=method)
                if not refused(answer, actor):
                    wrong.append(f"{actor} {method} {route.rule} ({said}): {answer.status_code}")
    assert wrong == []


def test_own_and_foreign_rows(actors: dict[str, FlaskClient], world: World) -> None:
    """County staff: own rows open, foreign ones are as unknown as those that do not exist; administrators see both."""
    for key in ("learners", "organisations", "classes", "orders", "payments", "plans", "credits"):
        own, foreign = world.mine[key].id, world.theirs[key].id
        for base in (f"/staff/{key}", f"/api/v1/{key}"):
            seen = [actors["county"].get(f"{base}/{pk}").status_code for pk in (own, foreign, 424242)]
            assert seen == [200, 404, 404], base
            seen = [actors["admin"].get(f"{base}/{pk}").status_code for pk in (own, foreign, 424242)]
            assert seen == [200, 200, 404], base
            for actor in ("learner", "organisation", "clerk", "idle staff"):
                assert actors[actor].get(f"{base}/{own}").status_code == 404, (actor, base)
