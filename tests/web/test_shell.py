"""The shell: language, errors, headers."""

import pytest
from flask import Flask
from flask.testing import FlaskClient


def test_chinese_first_english_by_switch(client: FlaskClient) -> None:
    assert "学够" in client.get("/", headers={"Accept-Language": "en"}).text
    client.post("/language", data={"to": "en", "next": "/"})
    assert "Skip to the text" in client.get("/").text


def test_unknown_page_says_so_without_a_trace(client: FlaskClient) -> None:
    answer = client.get("/nope")
    assert answer.status_code == 404
    assert "没有这个页面" in answer.text


def test_a_crash_shows_a_sentence(own_app: Flask) -> None:
    @own_app.get("/crash")
    def crash() -> str:
        raise ValueError("secret detail")

    own_app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = own_app.test_client().get("/crash")
    assert answer.status_code == 500
    assert "平台出了差错" in answer.text
    assert "secret detail" not in answer.text


def test_no_script_without_the_nonce(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    script = next(part for part in policy.split("; ") if part.startswith("script-src "))
    assert "nonce-" in script
    assert "unsafe" not in script


@pytest.mark.parametrize("length", [3, 18])
def test_masking_hides_the_middle(length: int) -> None:
    from portal.web.formats import masked

    number = "123456789012345678"[:length]
    assert number not in masked(number)
