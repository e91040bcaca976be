"""Every screen of the core opens, on both desks and as REST, and costs little."""

from flask import Flask
from flask.testing import FlaskClient

from portal.staff.core import SCREENS
from portal.staff.pages import address
from portal.staff.screens import CONSOLE, Screen, primary_key
from tests.staff.conftest import statements
from tests.staff.world import World

STAFF = [screen for screen in SCREENS if screen.desk != CONSOLE]
WRITABLE = [screen for screen in SCREENS if screen.writable()]


def key(screen: type[Screen], row: object) -> object:
    """What the row is called in addresses."""
    return getattr(row, primary_key(screen.model).key)


def url(app: Flask, screen: type[Screen], page: str, **values: object) -> str:
    with app.test_request_context():
        return address(screen, page, **values)


def test_lists_and_rows_open(app: Flask, admin: FlaskClient, world: World) -> None:
    for screen in SCREENS:
        page = admin.get(url(app, screen, "list"))
        assert page.status_code == 200, screen.key
        shown = url(app, screen, "show", pk=key(screen, world.mine[screen.key]))
        assert f'href="{shown}"' in page.text, screen.key
        assert admin.get(shown).status_code == 200, screen.key


def test_forms_open(app: Flask, admin: FlaskClient, world: World) -> None:
    for screen in WRITABLE:
        edit = url(app, screen, "edit", pk=key(screen, world.mine[screen.key]))
        assert admin.get(edit).status_code == 200, screen.key
        add = edit.rsplit("/", 2)[0] + "/add"
        assert admin.get(add).status_code == (200 if screen.add else 404), screen.key


def test_what_a_workflow_moves_has_no_form(admin: FlaskClient, world: World) -> None:
    locked = [one.key for one in SCREENS if not one.writable()]
    assert {"orders", "payments", "plans", "credits", "audit", "agreements"} <= set(locked)
    for name in locked:
        pk = world.mine[name].id
        for page in ("add", f"{pk}/edit", f"{pk}/delete"):
            assert admin.get(f"/staff/{name}/{page}").status_code == 404, name
            assert admin.post(f"/staff/{name}/{page}").status_code in (404, 405), name
        assert admin.put(f"/api/v1/{name}/{pk}", json={}).status_code in (404, 405), name
        assert admin.post(f"/api/v1/{name}/", json={}).status_code in (404, 405), name
        assert admin.delete(f"/api/v1/{name}/{pk}").status_code in (404, 405), name


def test_rest_lists_and_shows(admin: FlaskClient, world: World) -> None:
    for screen in STAFF:
        answer = admin.get(f"/api/v1/{screen.key}/")
        assert answer.status_code == 200, screen.key
        pk = key(screen, world.mine[screen.key])
        assert pk in [row["id"] for row in answer.json["result"]], screen.key  # type: ignore[index]
        one = admin.get(f"/api/v1/{screen.key}/{pk}")
        assert one.json["result"]["id"] == pk, screen.key  # type: ignore[index]


def test_rest_describes_itself(admin: FlaskClient, county: FlaskClient) -> None:
    for client in (admin, county):
        described = client.get("/api/v1/_openapi")
        assert described.status_code == 200
        assert "/api/v1/learners/" in described.json["paths"]  # type: ignore[index]


def test_a_list_costs_at_most_six_statements(app: Flask, county: FlaskClient, admin: FlaskClient) -> None:
    """Those for the login among them; whatever the number of screens in the side bar."""
    for client in (county, admin):
        for screen in SCREENS:
            with statements() as seen:
                client.get(url(app, screen, "list"))
            assert len(seen) <= 6, "\n".join([screen.key, *seen])


def test_the_home_page_shows_figures_that_lead_to_rows(app: Flask, admin: FlaskClient, world: World) -> None:
    home = admin.get("/staff/").text
    assert "每周报名" in home
    assert "/staff/organisations/?review=open" in home
    assert "丰润区" in home
    assert admin.get("/staff/plans/?division=130208&year=2026").text.count("周晓岚") == 1


def test_columns_that_carry_personal_numbers_are_masked_everywhere(admin: FlaskClient, world: World) -> None:
    learner = world.mine["learners"]
    pages = [
        admin.get("/staff/learners/").text,
        admin.get(f"/staff/learners/{learner.id}").text,
        admin.get(f"/api/v1/learners/{learner.id}").text,
        admin.get("/api/v1/learners/").text,
        admin.post("/staff/learners/export", data={"reason": "年检"}).text,
    ]
    assert [page for page in pages if learner.id_number in page] == []
    assert all(learner.id_number[-4:] in page for page in pages)


def test_a_large_page_is_clamped(admin: FlaskClient, world: World) -> None:
    assert admin.get("/api/v1/learners/?size=100000").json["page"] == 1  # type: ignore[index]
    with statements() as seen:
        admin.get("/staff/learners/?size=100000")
    assert not any("100000" in one for one in seen)
    assert admin.get("/staff/learners/?size=100000").status_code == 200
