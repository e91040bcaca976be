"""Every route that names a row, against rows of somebody else: they are exactly as unknown as rows that do not exist.

Generated from the URL map. A route with a part that stands neither in `rows` nor
in FIXED fails.
"""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from portal import db
from portal.orders import numbers
from portal.staff import choices
from tests.access.test_matrix import actors, allowed, refused, rules
from tests.access.test_matrix import world as plain_world
from tests.staff.world import MINE, NOON, THEIRS, World

__all__ = ["actors", "plain_world"]  # fixtures

PEOPLE = ("stranger", "learner", "organisation", "clerk", "viewer", "idle staff", "county")
# What everybody may see, or what is no row: nothing here is anybody's own.
FIXED = {
    **dict.fromkeys(
        ("notice_id", "project_id", "specialty_id", "course_id", "role_id", "template_id", "question_id"), "1"
    ),
    "provider": "sandbox",
    "version": "v1",
    "year": "2026",
    "kind": "certificate",
    "name": "bad",
    "what": "zip",
    "which": "file",
    "role": "viewer",
    "language": "zh",
}
UNKNOWN = "424242"
NOBODYS = {"number": "D26-0000-000S", "payment": "P26-0000-000E", "refund_number": "R26-0000-000V"}
PAYMENTS = ("/pay/back/", "/transfer/")  # their numbers are those of payments


def rows(world: World, county: str) -> dict[str, str]:
    """Parts of addresses that name a row of one county."""
    own = world.mine if county == MINE else world.theirs
    plan = own["plans"]
    return {
        "plan_id": plan.id,
        "plan_course_id": own["plan_courses"].id,
        "lesson_id": own["courses"].lessons[0].id,
        "number": own["orders"].number,
        "payment": own["payments"].number,
        "refund_number": own["refunds"].number,
        "line_id": own["orders"].lines[0].id,
        "learner_id": own["learners"].id,
        "other_id": own["learners"].id,
        "correction_id": own["corrections"].id,
        "evidence_id": UNKNOWN,
        "suspicion_id": own["suspicions"].id,
        "activity_id": own["outside_activities"].id,
        "organisation_id": own["organisations"].id,
        "application_id": own["organisations"].id,
        "account_id": own["learners"].account_id,
        # Rows that the world has none of: their own tests show whose they are.
        **dict.fromkeys(("token", "clerk_id", "batch_id", "job_id", "transfer_id", "invoice_id", "login_id"), UNKNOWN),
    }


def address(route: Rule, known: dict[str, str]) -> str:
    """The route's address of these rows."""
    values = FIXED | known
    if route.rule.startswith(PAYMENTS):
        values["number"] = values["payment"]
    if "<int:number>" in route.rule:
        values["number"] = "1"  # the place of a question in a test
    return re.sub(r"<(?:[^:<>]*:)?(\w+)>", lambda found: str(values[found[1]]), route.rule)


@pytest.fixture
def world(plain_world: World) -> World:
    """The world with numbers that people can type: others are refused before anybody looks whose they are."""
    world = plain_world
    with db.write() as session:
        for own in (world.mine, world.theirs):
            for key, kind in (("orders", numbers.ORDER), ("payments", numbers.PAYMENT), ("refunds", numbers.REFUND)):
                own[key].number = numbers.draw(kind, NOON)
                session.merge(own[key])
    return world


def naming(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Routes that name a row somebody may own, with their rule."""
    for route, said in rules(app):
        if route.arguments - set(FIXED):
            yield route, said


def screen_of(route: Rule, world: World) -> str:
    """The key of the screen a generated route belongs to."""
    found = re.match(r"/(?:staff|console|api/v1)/(\w+)/", route.rule)
    return found[1] if found and found[1] in world.mine else ""


def known(route: Rule, world: World, county: str) -> dict[str, str]:
    values = rows(world, county)
    if "pk" in route.arguments and (key := screen_of(route, world)):
        own = world.mine if county == MINE else world.theirs
        values["pk"] = getattr(own[key], "id", None) or own[key].code
        values["key"] = next((one.key for one in choices.screens()[key].actions), "none")
    return values


def test_every_part_of_an_address_is_known_here(app: Flask, world: World) -> None:
    parts = {part for route, _said in naming(app) for part in route.arguments}
    assert parts - set(FIXED) - set(rows(world, MINE)) == {"pk", "key"}  # of the screens: their own rows and actions


@pytest.mark.slow
def test_a_row_of_somebody_else_is_as_unknown_as_one_that_is_not_there(
    app: Flask, actors: dict[str, FlaskClient], world: World
) -> None:
    wrong = []
    for route, said in naming(app):
        theirs = known(route, world, THEIRS)
        nobodys = theirs | dict.fromkeys(route.arguments - set(FIXED) - {"key"}, UNKNOWN) | NOBODYS
        if "pk" in route.arguments and "pk" not in theirs:
            continue  # a screen of a plugin, or one whose rows are everybody's; tests/staff has them
        if "pk" in route.arguments and world.mine[screen_of(route, world)] is world.theirs[screen_of(route, world)]:
            continue
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
            for actor in PEOPLE:
                if said == "public":
                    continue
                seen = [actors[actor].open(address(route, one), method=method) for one in (theirs, nobodys)]
                codes = [one.status_code for one in seen]
                if codes[0] != codes[1] or (allowed(said, actor) and codes[0] < 400):
                    wrong.append(f"{actor} {method} {route.rule}: {codes[0]}, unknown {codes[1]}")
    assert wrong == []


@pytest.mark.slow
def test_a_row_that_is_there_opens_to_nobody_without_the_right(
    app: Flask, actors: dict[str, FlaskClient], world: World
) -> None:
    """Rows of everybody as well, read and written: an address that names nothing is unknown to whoever asks."""
    wrong = []
    for route, said in naming(app):
        values = known(route, world, MINE)
        if said == "public" or not route.arguments <= set(FIXED | values):
            continue
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
            for actor, client in actors.items():
                answer = None if allowed(said, actor) else client.open(address(route, values), method=method)
                if answer is not None and not refused(answer, actor):
                    wrong.append(f"{actor} {method} {route.rule} ({said}): {answer.status_code}")
    assert wrong == []


@pytest.mark.slow
def test_own_rows_are_there(app: Flask, actors: dict[str, FlaskClient], world: World) -> None:
    """What a test of refusals alone would not notice: that everything is refused."""
    mine = known_own = 0
    for route, said in naming(app):
        values = FIXED | known(route, world, MINE)
        if "GET" not in (route.methods or ()) or not route.arguments <= set(values):
            continue
        for actor in ("learner", "county"):
            if not allowed(said, actor):
                continue
            known_own += 1
            mine += actors[actor].get(address(route, values), buffered=True).status_code in (200, 302, 303)
    assert mine > known_own / 2 > 20
