"""Staff change a layout in a form beside the page it prints; what was issued keeps its version."""

import base64
import io
import json
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from portal import db, jobs
from portal.audit.models import AuditRow
from portal.testing import log_in
from portal_certs import drafting, fonts, reading
from portal_certs.layout import KINDS, Layout, supplied
from portal_certs.models import Template
from tests.certs.holder import RARE, documents, issued, made
from tests.staff.world import build

URL = "/staff/document_templates/certificate/design"


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    client = app.test_client()
    with db.write() as session:
        admin = build(session).admin
    log_in(client, admin)
    return client


def _typed(page: str) -> dict[str, str]:
    """What a browser would send back."""
    found = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page))
    for name, body in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        found[name] = body
    for name, body in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected>', body)
        found[name] = chosen[1] if chosen else ""
    return {name: unescape(value) for name, value in found.items() if name != "csrf_token"}


def _picture(page: str) -> Image.Image:
    (data,) = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    return Image.open(io.BytesIO(base64.b64decode(data)))


def _versions() -> list[int]:
    with db.read() as session:
        return list(session.scalars(select(Template.version).where(Template.kind == "certificate")))


@pytest.mark.parametrize("kind", ["certificate", "proof", "transcript"])
def test_the_form_says_the_whole_layout(app: Flask, desk: FlaskClient, kind: str) -> None:
    """What the page shows, sent back as it stands, is the layout it was made from."""
    page = desk.get(URL.replace("certificate", kind)).text
    assert drafting.problems(drafting.read(_typed(page))) == []
    assert Layout.model_validate(drafting.read(_typed(page))) == Layout.model_validate(supplied(kind))


def test_a_change_is_seen_and_then_published(desk: FlaskClient) -> None:
    page = desk.get(URL).text
    typed = _typed(page) | {"e3.text": "结业证书", "title": "结业证书", "do": "look"}
    seen = desk.post(URL, data=typed)
    assert seen.status_code == 200
    assert _picture(seen.text).tobytes() != _picture(page).tobytes()
    assert _versions() == []
    assert desk.post(URL, data=typed | {"do": "publish"}).status_code == 303
    assert _versions() == [1]
    with db.read() as session:
        newest = reading.newest_template(session, "certificate")
        assert newest is not None
        assert newest.layout["elements"][3]["text"] == "结业证书"
        assert session.scalars(select(AuditRow.verb).where(AuditRow.object_type == "certs_template")).all() == [
            "published"
        ]
    assert "没有改动" in desk.post(URL, data=typed | {"do": "publish"}).text
    assert _versions() == [1]


def test_what_was_issued_keeps_its_version(desk: FlaskClient) -> None:
    old = issued()
    desk.post(URL, data=_typed(desk.get(URL).text) | {"e3.text": "结业证书", "do": "publish"})
    made("李明")
    jobs.drain()
    assert [one.template_id for one in documents()] == [old.template_id, old.template_id + 1]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("e3.x", "abc", "请填数字"),
        ("e3.x", "9999", "不能大于 1000"),
        ("e3.size", "2", "不能小于 4"),
        ("e3.colour", "red", "#0b5b69"),
        ("e3.text", "{salary}", "没有这些变量：salary"),
        ("e3.text", "{name.__class__}", "没有这些变量"),
        ("e3.text", "{name!r}", "只能写变量名"),
        ("e3.text", "{name", "没有成对"),
        ("e3.w", "500", "超出页面"),
        ("e3.text", f"证{RARE}书", f"没有这些字：{RARE}"),
        ("title", "", "此项必填"),
    ],
)
def test_a_wrong_value_is_explained_and_kept(desk: FlaskClient, name: str, text: str, said: str) -> None:
    answer = desk.post(URL, data=_typed(desk.get(URL).text) | {name: text, "do": "publish"})
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert _typed(answer.text)[name] == text
    assert _versions() == []


def test_elements_are_added_moved_and_dropped(desk: FlaskClient) -> None:
    typed = _typed(desk.get(URL).text)
    kinds = [element["type"] for element in supplied("certificate")["elements"]]
    more = _typed(desk.post(URL, data=typed | {"do": "add", "new": "rect"}).text)
    assert more[f"e{len(kinds)}.type"] == "rect"
    less = _typed(desk.post(URL, data=typed | {"do": "drop:0"}).text)
    assert less["e0.kind"] == "frame"
    moved = _typed(desk.post(URL, data=typed | {"do": "down:0"}).text)
    assert (moved["e0.kind"], moved["e1.kind"]) == ("frame", "rosette")
    assert _typed(desk.post(URL, data=typed | {"do": "drop:999"}).text) == typed


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_element_can_be_added(app: Flask, kind: str) -> None:
    layout: dict[str, Any] = {"title": "x", "width": 210, "height": 297, "elements": []}
    assert drafting.step(layout, "add", kind)
    assert drafting.problems(layout) == []
    assert drafting.read(
        {f"e0.{name}": value for name, value in _fields(layout)} | {"title": "x", "width": "210", "height": "297"}
    )


def _fields(layout: dict[str, Any]) -> list[tuple[str, str]]:
    (piece,) = drafting.pieces(layout)
    return [("type", piece.kind), *((blank.name.split(".")[1], blank.value) for blank in piece.blanks)]


def test_every_value_has_words(app: Flask) -> None:
    assert set(drafting.labels()) == set(drafting.LABELS)


@given(st.dictionaries(st.from_regex(r"e[0-9]\.(type|x|text|columns|kinds|on)", fullmatch=True), st.text(max_size=20)))
def test_whatever_is_sent_is_a_layout_or_refused(typed: dict[str, str]) -> None:
    layout = drafting.read(typed)
    drafting.pieces(layout)
    assert layout["title"] == ""


def test_a_version_goes_to_another_site_and_back(desk: FlaskClient) -> None:
    desk.post(URL, data=_typed(desk.get(URL).text) | {"e3.text": "结业证书", "do": "publish"})
    answer = desk.get("/staff/document_templates/1/layout.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="certificate-v1.json"'
    desk.post(URL, data=_typed(desk.get(URL).text) | {"e3.text": "合格证", "do": "publish"})
    file = (io.BytesIO(answer.data), "x.json")
    back = desk.post(URL, data=_typed(desk.get(URL).text) | {"do": "import", "file": file})
    assert _typed(back.text)["e3.text"] == "结业证书"
    again = desk.get("/staff/document_templates/1/design", follow_redirects=True)
    assert _typed(again.text)["e3.text"] == "结业证书"


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"\xff\xfe", json.dumps({"title": "x"}).encode(), b"[" * 100_000])
def test_a_file_that_is_no_layout_changes_nothing(desk: FlaskClient, data: bytes) -> None:
    typed = _typed(desk.get(URL).text) | {"e3.text": "结业证书"}
    answer = desk.post(URL, data=typed | {"do": "import", "file": (io.BytesIO(data), "x.json")})
    assert (answer.status_code, "不是版式文件" in answer.text) == (422, True)
    assert _typed(answer.text)["e3.text"] == "结业证书"


def test_the_page_can_be_seen_with_real_data(app: Flask, desk: FlaskClient) -> None:
    document = issued("古丽巴哈尔·阿卜杜热西提")
    typed = _typed(desk.get(URL).text)
    real = desk.post(URL, data=typed | {"number": document.number, "do": "look"}).text
    assert _picture(real).tobytes() != _picture(desk.get(URL).text).tobytes()
    assert "虚构人员" in desk.post(URL, data=typed | {"number": "HE26-9999-999999-9", "do": "look"}).text
    assert fonts.chain("regular").missing("古丽巴哈尔·阿卜杜热西提") == ""
