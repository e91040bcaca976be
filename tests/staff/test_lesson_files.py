"""Files of lessons: told by content, stored whole, limited in size, open to those who may write courses."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import db
from portal.catalogue import files
from portal.catalogue.models import Category, Course, Lesson
from portal.settings import Settings
from portal.storage import PIECE, current_storage
from tests.documents import pdf
from tests.staff.conftest import level, trail
from tests.staff.world import World

MP4 = b"\x00\x00\x00\x20ftypisom" + b"\x00" * 64
WEBM = b"\x1a\x45\xdf\xa3" + b"\x00" * 64
VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\n你好".encode()
PDF = pdf(3)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"upload_mb": 14})


def lesson(world: World, kind: str = "video", key: str | None = None) -> int:
    with db.write() as session:
        course = session.get_one(Course, world.mine["courses"].id)
        made = Lesson(course=course, position=9, title="录像", kind=kind, seconds=60, storage_key=key)
        session.add(made)
        session.flush()
        return made.id


def send(client: FlaskClient, pk: int, data: bytes, name: str = "a.mp4", field: str = "file") -> Any:
    """Posts a file as a browser does, in a body of memory."""
    head = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    body = head.encode() + data + b"\r\n--x--\r\n"
    return client.post(f"/staff/lessons/{pk}/file", data=body, content_type="multipart/form-data; boundary=x")


def key_of(pk: int) -> str | None:
    with db.read() as session:
        return session.get_one(Lesson, pk).storage_key


def stored() -> list[Path]:
    return [path for path in current_storage().path("lessons").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("kind", "data", "suffix"),
    [("video", MP4, "mp4"), ("video", WEBM, "webm"), ("document", PDF, "pdf")],
    ids=["mp4", "webm", "pdf"],
)
def test_a_file_is_kept_by_what_it_is(admin: FlaskClient, world: World, kind: str, data: bytes, suffix: str) -> None:
    pk = lesson(world, kind)
    page = admin.get(f"/console/courses/{world.mine['courses'].id}").text
    assert f'href="/staff/lessons/{pk}/file"' in page
    assert "不超过 14 MB" in admin.get(f"/staff/lessons/{pk}/file").text
    assert send(admin, pk, data, "../../x.exe").status_code == 303
    key = key_of(pk)
    assert key
    assert key.endswith(f".{suffix}")
    assert current_storage().get(key) == data
    (kept,) = trail("lesson.file_attached")
    assert (kept.actor_id, kept.after and kept.after["size"]) == (world.admin.id, len(data))
    with db.read() as session:
        assert session.get_one(Lesson, pk).pages == (3 if kind == "document" else 0)


@pytest.mark.parametrize(
    ("kind", "data", "sentence"),
    [
        ("video", b"MZ" + b"\x00" * 64, "这不是 MP4 或 WebM 视频"),
        ("video", PDF, "这不是 MP4 或 WebM 视频"),
        ("document", MP4, "这不是完整的 PDF"),
        ("document", PDF[:-8], "这不是完整的 PDF"),
        ("document", b"%PDF-1.7\n" + b"x" * 64 + b"\n%%EOF\n", "这不是完整的 PDF"),
        ("video", b"", "请选择文件"),
        ("video", MP4 + b"\x00" * 14 * files.MEGABYTE, "文件超过 14 MB"),
    ],
)
def test_another_kind_or_size_is_said(admin: FlaskClient, world: World, kind: str, data: bytes, sentence: str) -> None:
    pk = lesson(world, kind)
    answer = send(admin, pk, data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert (key_of(pk), stored(), trail("lesson.file_attached")) == (None, [], [])


def test_captions_are_kept_beside_the_video_and_replaced(admin: FlaskClient, world: World) -> None:
    pk = lesson(world)
    assert send(admin, pk, MP4).status_code == 303
    for text, field in ((VTT, "captions"), (VTT + "\n再见".encode(), "captions"), (VTT + b"\nBye", "captions_en")):
        assert send(admin, pk, text, "a.vtt", field).status_code == 303
    with db.read() as session:
        kept = session.get_one(Lesson, pk).captions
    assert current_storage().get(kept["zh"]).endswith("再见".encode())
    assert current_storage().get(kept["en"]).endswith(b"Bye")
    assert len(stored()) == 3  # the video, and the newer captions in each language
    assert "字幕" in admin.get(f"/staff/lessons/{pk}/file").text


@pytest.mark.parametrize("field", ["captions", "captions_en"])
@pytest.mark.parametrize(
    "data", [b"WEBVTTX", b"1\n00:00 --> 00:01\nhi", "WEBVTT\n你好".encode("gbk"), b"WEBVTT\n" + b"x" * files.MEGABYTE]
)
def test_what_are_no_captions_is_said(admin: FlaskClient, world: World, data: bytes, field: str) -> None:
    pk = lesson(world)
    answer = send(admin, pk, data, "a.vtt", field)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "字幕须为视频所用的 WebVTT 文件" in answer.text
    assert stored() == []


def test_a_document_has_no_captions(admin: FlaskClient, world: World) -> None:
    assert send(admin, lesson(world, "document"), VTT, "a.vtt", "captions").status_code == 422


def test_far_too_much_is_not_even_read(admin: FlaskClient, county: FlaskClient, world: World) -> None:
    pk = lesson(world)
    answer = send(admin, pk, b"\x00" * 16 * files.MEGABYTE)
    assert answer.status_code == 413
    assert "文件大小限制" in answer.text


def test_only_writers_of_courses_send_large_bodies(
    app: Flask, county: FlaskClient, admin: FlaskClient, world: World
) -> None:
    pk, large = lesson(world), MP4 + b"\x00" * 13 * files.MEGABYTE
    assert send(county, pk, MP4).status_code == 404
    level("courses", "read")
    assert send(county, pk, MP4).status_code == 404
    app.config["WTF_CSRF_ENABLED"] = True  # the tokens read the body first, as on a real site
    assert send(app.test_client(), pk, large).status_code == 413
    assert send(county, pk, large).status_code == 413
    assert send(admin, pk, large).status_code == 422  # read whole, and then it has no token
    app.config["WTF_CSRF_ENABLED"] = False
    assert send(admin, pk, large).status_code == 303
    key = key_of(pk)
    assert key
    assert current_storage().path(key).stat().st_size == len(large) > 2 * PIECE


def test_a_replaced_file_goes_unless_another_lesson_shows_it(admin: FlaskClient, world: World) -> None:
    current_storage().put("lessons/shared.mp4", MP4)
    one, two = lesson(world, key="lessons/shared.mp4"), None
    with db.write() as session:
        two = Lesson(course_id=world.mine["courses"].id, position=10, title="二", kind="video", seconds=1)
        two.storage_key = "lessons/shared.mp4"
        session.add(two)
    send(admin, one, WEBM)
    assert current_storage().exists("lessons/shared.mp4")
    send(admin, two.id, WEBM)
    assert not current_storage().exists("lessons/shared.mp4")
    assert len(stored()) == 2


def test_articles_and_unknown_lessons_are_404(admin: FlaskClient, world: World) -> None:
    with db.read() as session:
        article = session.scalars(select(Lesson.id).where(Lesson.kind == "article")).one()
    for pk in (article, 424242):
        assert admin.get(f"/staff/lessons/{pk}/file").status_code == 404


# --- categories ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["Eng", "工程", "a", "a b", "a/b", "1a", "x" * 31])
def test_keys_that_cannot_stand_in_addresses_are_refused(admin: FlaskClient, world: World, key: str) -> None:
    answer = admin.post("/staff/categories/add", data={"name": "类", "key": key, "weight": "1"})
    assert answer.status_code == 422
    with db.read() as session:
        assert len(session.scalars(select(Category)).all()) == 1


def test_a_category_goes_when_nothing_is_in_it(admin: FlaskClient, world: World) -> None:
    assert (
        admin.post("/staff/categories/add", data={"name": "空类", "key": "empty-1", "weight": "1"}).status_code == 303
    )
    assert "空类" not in admin.get("/enrol").text
    used = admin.post(f"/staff/categories/{world.mine['categories'].id}/delete")
    assert used.status_code == 422
    with db.read() as session:
        fresh = session.scalars(select(Category.id).where(Category.key == "empty-1")).one()
    assert admin.post(f"/staff/categories/{fresh}/delete").status_code == 303
