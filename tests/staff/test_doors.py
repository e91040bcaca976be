"""Who gets in: strangers to the login, everybody else the same 404, scripts 401; nothing changes by GET."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import db
from portal.access import staff_accounts
from portal.messages.models import Notice
from portal.people.models import Account
from portal.staff import roles
from portal.staff.core import SCREENS
from portal.staff.screens import CONSOLE, READ
from portal.testing import log_in, make_account
from tests.staff.world import HASH, MINE, World

PLACES = ["/staff/", "/console/", "/staff/accounts/", "/staff/roles/", "/staff/accounts/add", "/api/v1/_openapi"]
PLACES += [f"/{'console' if one.desk == CONSOLE else 'staff'}/{one.key}/" for one in SCREENS]


def test_strangers_go_to_the_login_and_learners_find_nothing(client: FlaskClient, learner: FlaskClient) -> None:
    for place in PLACES:
        stranger = client.get(place)
        if place.startswith("/api/"):
            assert stranger.status_code == 401, place
        else:
            assert (stranger.status_code, "/login" in stranger.location) == (303, True), place
        assert client.get(place, headers={"Accept": "application/json"}).status_code == 401, place
        assert learner.get(place).status_code == 404, place


def test_an_unknown_page_of_the_staff_is_as_unknown_as_any(admin: FlaskClient, learner: FlaskClient) -> None:
    for client in (admin, learner):
        assert client.get("/staff/nothing").status_code == 404
        assert client.get("/staff/learners/99999999999999").status_code == 404
        assert client.get("/staff/learners/x").status_code == 404


def test_frameworks_bring_no_doors_of_their_own(app: Flask) -> None:
    addresses = {rule.rule for rule in app.url_map.iter_rules()}
    for word in ("/users", "/roles/list", "/lang/", "/swagger", "/api/v1/security", "resetpassword", "/ajax/"):
        assert [one for one in addresses if word in one] == []
    assert [one for one in addresses if one.startswith(("/login", "/back"))] == ["/login"]


def test_staff_without_a_role_see_the_home_page_and_nothing_else(app: Flask, world: World) -> None:
    with db.write() as session:
        account = make_account(session, "staff")
    client = app.test_client()
    log_in(client, account)
    assert client.get("/staff/").status_code == 200
    for screen in SCREENS:
        desk = "console" if screen.desk == CONSOLE else "staff"
        assert client.get(f"/{desk}/{screen.key}/").status_code == 404
    assert client.get("/api/v1/learners/").status_code == 404


def test_reading_is_not_writing(app: Flask, county: FlaskClient, world: World) -> None:
    """County staff read learners and projects; forms, deletions and REST writes of them are unknown pages."""
    row = world.mine["projects"]
    assert county.get("/staff/projects/").status_code == 200
    assert county.get(f"/staff/projects/{row.id}/edit").status_code == 404
    assert county.post(f"/staff/projects/{row.id}/edit", data={"title": "x"}).status_code == 404
    assert county.put(f"/api/v1/projects/{row.id}", json={"title": "x"}).status_code == 404
    assert "编辑" not in county.get(f"/staff/projects/{row.id}").text


def test_county_staff_cannot_make_themselves_administrators(app: Flask, county: FlaskClient, world: World) -> None:
    data = {"name": "x", "role": "Admin", "active": "y"}
    assert county.get("/staff/accounts/").status_code == 404
    assert county.post(f"/staff/accounts/{world.county.id}", data=data).status_code == 404
    assert county.post("/staff/accounts/add", data=data).status_code == 404
    assert county.post("/staff/roles/2", data={"audit": "write"}).status_code == 404
    with db.read() as session:
        account = session.get_one(Account, world.county.id)
        assert [role.name for role in account.roles] == ["county_staff"]


def test_a_role_that_was_given_accounts_by_hand_still_may_not(app: Flask, world: World) -> None:
    """The two screens are no rows of the permission table, whatever somebody writes into it."""
    from portal.staff.grants import Grants

    assert not Grants(staff=True, given=frozenset({("accounts", "write"), ("roles", "write")})).may("accounts")


def test_forms_and_rest_need_the_token(app: Flask, admin: FlaskClient, world: World) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    pk = world.mine["notices"].id
    for page in ("add", f"{pk}/edit", f"{pk}/delete"):
        assert admin.post(f"/staff/notices/{page}", data={"title": "x"}).status_code == 400
    assert admin.post("/console/courses/add", data={"title": "x"}).status_code == 400
    again = admin.post("/staff/accounts/add", data={"name": "新来的"})  # its form comes back
    assert (again.status_code, "新来的" in again.text) == (422, True)
    assert admin.post("/staff/roles/2", data={"audit": "write"}).status_code == 400
    assert admin.post("/staff/learners/", data={"q": "x"}).status_code == 400
    assert admin.post("/api/v1/notices/", json={"title": "x"}).status_code == 400
    assert admin.put(f"/api/v1/notices/{pk}", json={"title": "x"}).status_code == 400
    assert admin.delete(f"/api/v1/notices/{pk}").status_code == 400
    with db.read() as session:
        assert session.scalars(select(Notice.title)).all() == ["关于年度学习的通知"]
        assert session.scalars(select(Account.id).where(Account.first_name == "新来的")).all() == []


def test_nothing_is_deleted_by_get(admin: FlaskClient, world: World) -> None:
    row = world.mine["notices"]
    assert admin.get(f"/staff/notices/{row.id}/delete").status_code == 200
    assert admin.get(f"/staff/notices/{row.id}").status_code == 200


def test_another_role_ends_the_login(app: Flask, admin: FlaskClient, county: FlaskClient, world: World) -> None:
    assert county.get("/staff/").status_code == 200
    form = {"name": "田家兴", "role": "county_staff", "active": "y", "divisions": ["130207"], "reason": "调往丰南"}
    assert admin.post(f"/staff/accounts/{world.county.id}", data=form).status_code == 303
    assert "/login" in county.get("/staff/").location


def test_other_permissions_end_the_logins_of_the_role(
    app: Flask, admin: FlaskClient, county: FlaskClient, world: World
) -> None:
    with db.read() as session:
        role = next(row for row, _levels in roles.matrix(session) if row.name == staff_accounts.COUNTY)
    assert admin.post(f"/staff/roles/{role.id}", data={"learners": READ, "reason": "只管学员"}).status_code == 303
    assert "/login" in county.get("/staff/").location
    log_in(county, world.county)
    assert county.get("/staff/learners/").status_code == 200
    assert county.get("/staff/orders/").status_code == 404


def test_deactivation_ends_the_login_and_nobody_shuts_himself_out(
    app: Flask, admin: FlaskClient, county: FlaskClient, world: World
) -> None:
    form = {"name": "田家兴", "role": "county_staff", "divisions": [MINE], "reason": "已离职"}
    assert admin.post(f"/staff/accounts/{world.county.id}", data=form).status_code == 303
    assert "/login" in county.get("/staff/").location
    own = {"name": "郝静宜", "role": "county_staff", "active": "y"}
    answer = admin.post(f"/staff/accounts/{world.admin.id}", data=own)
    assert answer.status_code == 422
    assert "不能取消自己的角色" in answer.text
    assert admin.get("/staff/accounts/").status_code == 200


def test_a_new_member_of_staff_can_log_in(app: Flask, admin: FlaskClient, world: World) -> None:
    form = {"user_name": "Xin", "name": "新人", "role": "county_staff", "active": "y", "divisions": [MINE]}
    form["reason"] = "新入职"
    weak = admin.post("/staff/accounts/add", data={**form, "password": "short"})
    assert weak.status_code == 422
    assert 'value="新人"' in weak.text
    assert admin.post("/staff/accounts/add", data={**form, "password": "long-enough-9-words"}).status_code == 303
    client = app.test_client()
    assert client.post("/login", data={"name": "xin", "password": "long-enough-9-words"}).location == "/staff/"
    assert "丰润区" in client.get("/staff/").text


def test_two_members_of_staff_cannot_share_a_name(app: Flask, admin: FlaskClient, world: World) -> None:
    form = {"user_name": "fengrun", "name": "新人", "role": "county_staff", "password": "long-enough-9-words"}
    assert admin.post("/staff/accounts/add", data=form).status_code == 422


def test_scope_of_somebody_without_divisions_is_empty(app: Flask, world: World) -> None:
    with db.write() as session:
        staff_accounts.add(session, "nowhere", "无", HASH, staff_accounts.COUNTY)
    client = app.test_client()
    client.post("/login", data={"name": "nowhere", "password": "right-horse-9"})
    assert client.get("/api/v1/learners/").json["count"] == 0  # type: ignore[index]
