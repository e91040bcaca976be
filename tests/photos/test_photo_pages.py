"""The photo of a learner: seen by its owner only; a new one replaces, the old one is kept."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageDraw
from sqlalchemy import select

from portal import db
from portal.people.models import Learner
from portal.photos import service
from portal.photos.models import Photo
from portal.storage import current_storage
from portal.testing import log_in, make_account, make_learner


def portrait(colour: str = "#7a4a30") -> io.BytesIO:
    image = Image.new("RGB", (600, 840), "#f0f0f0")
    ImageDraw.Draw(image).ellipse((180, 200, 420, 560), fill=colour)
    out = io.BytesIO()
    image.save(out, "PNG")
    out.seek(0)
    return out


@pytest.fixture
def learner(app: Flask, client: FlaskClient) -> Learner:
    with db.write() as session:
        made = make_learner(session)
    log_in(client, made.account)
    return made


def upload(client: FlaskClient, data: io.BytesIO, name: str = "我.png") -> int:
    return client.post("/me/photo", data={"photo": (data, name)}).status_code


def test_a_photo_is_kept_and_shown_to_its_owner_only(app: Flask, client: FlaskClient, learner: Learner) -> None:
    assert client.get("/me/photo.jpg").status_code == 404
    assert upload(client, portrait()) == 303
    seen = client.get("/me/photo.jpg")
    assert (seen.status_code, seen.mimetype) == (200, "image/jpeg")
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in seen.headers["Cache-Control"]
    stranger = app.test_client()
    assert stranger.get("/me/photo.jpg").status_code == 303
    with db.write() as session:
        other = make_learner(session, "李明")
    log_in(stranger, other.account)
    assert stranger.get("/me/photo.jpg").status_code == 404


def test_a_new_photo_replaces_and_the_old_one_is_kept(client: FlaskClient, learner: Learner) -> None:
    upload(client, portrait())
    first = client.get("/me/photo.jpg").data
    upload(client, portrait("#303050"))
    assert client.get("/me/photo.jpg").data != first
    with db.read() as session:
        old, new = session.scalars(select(Photo).order_by(Photo.id))
        assert (old.replaced_at is not None, new.replaced_at) == (True, None)
        current = service.current(session, learner.account_id)
        assert current
        assert current.id == new.id
        assert current_storage().get(old.storage_key) == first


def test_a_refused_photo_changes_nothing(client: FlaskClient, learner: Learner) -> None:
    upload(client, portrait())
    before = client.get("/me/photo.jpg").data
    page = client.post("/me/photo", data={"photo": (io.BytesIO(b"GIF89a"), "me.jpg")})
    assert page.status_code == 422
    assert page.text.count("文件内容不是 JPEG 或 PNG 图片") == 3  # summary, field, and the words for the script
    assert client.get("/me/photo.jpg").data == before


def test_a_field_that_is_no_file_is_refused(client: FlaskClient, learner: Learner) -> None:
    assert client.post("/me/photo", data={"photo": "x" * 100}).status_code == 422
    assert client.post("/me/photo", data={}).status_code == 422


def test_a_file_over_the_limit_is_refused(client: FlaskClient, learner: Learner) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    body = head + b"\xff" * 6_000_000 + b"\r\n--b--\r\n"
    assert "超过 5 MB" in client.post("/me/photo", data=body, content_type="multipart/form-data; boundary=b").text


def test_only_learners_have_photos(app: Flask, client: FlaskClient) -> None:
    with db.write() as session:
        staff = make_account(session)
    log_in(client, staff)
    assert client.get("/me/photo").status_code == 403
