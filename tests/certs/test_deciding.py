"""What staff do with documents through their pages: issue anew and revoke, once, with a reason of the list."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from portal import db, jobs
from portal.access import staff_accounts
from portal.audit.models import AuditRow
from portal.staff import roles
from portal.testing import PASSWORD, log_in
from tests.certs.holder import documents, issued


@pytest.fixture
def chief(app: Flask, client: FlaskClient) -> FlaskClient:
    """The browser of an administrator."""
    with db.write() as session:
        roles.sync(session, app)
        digest = generate_password_hash(PASSWORD, "pbkdf2:sha256:1000")
        account = staff_accounts.add(session, "chief", "郝静宜", digest, staff_accounts.ADMIN)
    log_in(client, account)
    return client


def test_a_certificate_is_issued_anew_once(chief: FlaskClient) -> None:
    old = issued()
    address = f"/staff/documents/{old.id}/do/reissue"
    assert address in chief.get(f"/staff/documents/{old.id}").text
    assert "更正内容" in chief.get(address).text
    for wrong in ("", "refund", "because"):
        assert chief.post(address, data={"reason": wrong}).status_code == 422, wrong
    assert [one.state for one in documents()] == ["issued"]
    assert chief.post(address, data={"reason": "employer"}).status_code == 303
    assert chief.post(address, data={"reason": "employer"}).status_code == 409
    jobs.drain()
    former, fresh = documents()
    assert (former.state, former.reason, fresh.state, fresh.replaces_id) == ("superseded", "employer", "issued", old.id)
    with db.read() as session:
        kept = session.scalars(select(AuditRow).where(AuditRow.verb == "superseded")).one()
        assert (kept.actor_id is not None, kept.reason) == (True, "employer")


def test_a_document_is_revoked_once(chief: FlaskClient) -> None:
    document = issued()
    address = f"/staff/documents/{document.id}/do/revoke"
    assert chief.post(address, data={"reason": "duplicate"}).status_code == 303
    again = chief.post(address, data={"reason": "duplicate"})
    assert again.status_code == 409
    assert "记录的状态已经改变" in again.text
    assert [(one.state, one.reason) for one in documents()] == [("revoked", "duplicate")]
    assert address not in chief.get(f"/staff/documents/{document.id}").text
