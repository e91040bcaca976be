"""Nobody reads the register through; nobody who holds a paper is shut out."""

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from portal import clock, db, jobs
from portal_certs import tokens, verifying
from portal_certs.models import LookUp
from tests.certs.holder import issued
from tests.certs.test_pages import MISTYPED, UNKNOWN, look_up


def test_the_register_cannot_be_read_through(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "BUDGET", 2 * verifying.MISS)
    assert [look_up(client, UNKNOWN).status_code for _ in range(3)] == [404, 404, 429]
    assert client.get(f"/verify/{UNKNOWN}/AAAAAAAAAAAA").status_code == 429
    other = {"REMOTE_ADDR": "198.51.100.7"}
    assert look_up(client, UNKNOWN, environ_base=other).status_code == 404
    with db.read() as session:
        assert not any("127.0.0.1" in row.key for row in session.query(LookUp))
    with db.write() as session:  # the window passes
        session.execute(update(LookUp).values(window_start=clock.now() - timedelta(minutes=16)))
    assert look_up(client, UNKNOWN).status_code == 404


def test_a_limit_takes_back_neither_the_form_nor_a_paper_with_its_code(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "BUDGET", verifying.MISS)
    paper = tokens.page(issued().number)
    assert look_up(client, UNKNOWN, "买买提").status_code == 404
    refused = look_up(client, UNKNOWN, "买买提")
    assert refused.status_code == 429
    assert all(f'value="{typed}"' in refused.text for typed in (UNKNOWN, "买买提"))
    assert "查验次数过多" in refused.text
    assert client.get(paper).status_code == 200
    assert client.post("/verify/file", data={"file": (BytesIO(b"%PDF-1.7"), "a.pdf")}).status_code == 429


def test_a_slip_of_the_pen_costs_nothing(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "BUDGET", verifying.MISS)
    for _ in range(3):
        assert "有一位填错了" in look_up(client, MISTYPED).text
    assert look_up(client, UNKNOWN).status_code == 404


def test_old_look_ups_are_forgotten(client: FlaskClient) -> None:
    look_up(client, UNKNOWN)
    jobs.ensure_periodic()
    jobs.drain(clock.now() + timedelta(hours=2))
    with db.read() as session:
        assert session.query(LookUp).count() == 0
