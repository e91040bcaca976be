"""Whoever was sent to the login from a page gets back there, also when they register first or were logged out."""

import pytest
from flask.testing import FlaskClient

from portal.people.models import Agreement
from tests.people.test_register_pages import FORM


@pytest.mark.parametrize("wanted", ["/centre?year=2026", "//evil.example/", ""])
def test_registering_leads_back_to_the_page_that_wanted_a_login(
    client: FlaskClient, city: Agreement, wanted: str
) -> None:
    assert ("/register?next=" in client.get("/login", query_string={"next": wanted}).text) is bool(wanted)
    client.get("/register", query_string={"next": wanted})
    client.post("/register", query_string={"next": wanted}, data={"agreed": "y"})
    assert client.post("/register/form", data=FORM).location == "/register/photo"
    done = client.post("/register/photo", data={"skip": "1"})
    assert done.location == (wanted if wanted.startswith("/centre") else "/")


def test_a_form_sent_after_the_login_ended_says_so(client: FlaskClient, city: Agreement) -> None:
    sent = client.post("/me/contact", data={"phone": "13800000000"})
    assert sent.location == "/login?next=/me/contact"
    assert "登录已退出" in client.get(sent.location).text
