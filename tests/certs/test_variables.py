"""What other plugins let a certificate say: read when it is issued, frozen with it, there when they are gone."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from pydantic import ValidationError
from pypdf import PdfReader

from portal import db, jobs
from portal.app import create_app
from portal.settings import Settings
from portal.storage import current_storage
from portal.types import DocumentVariable
from portal_certs import reading, sample, service
from portal_certs.layout import Layout, supplied
from tests.certs.holder import NOW, document_of, documents, issued, made
from tests.strangers import Start, plugin
from tests.strangers import start as start


def _layout(text: str) -> dict[str, Any]:
    layout = supplied("certificate")
    layout["elements"].append({"type": "text", "text": text, "x": 100, "y": 190, "w": 90, "h": 6, "size": 9})
    return layout


def _publish(text: str) -> None:
    with db.write() as session:
        service.publish_template(session, "certificate", _layout(text), NOW)


def _printed(app: Flask) -> str:
    document = issued()
    page = PdfReader(io.BytesIO(current_storage().get(str(document.storage_key)))).pages[0]
    return re.sub(r"\s", "", page.extract_text())


def _says(key: str, read: Callable[[Any, Any], str]) -> list[DocumentVariable]:
    return [DocumentVariable(key, "A word", sample="甲", read=read)]


def test_a_plugins_word_is_printed_and_frozen(start: Start) -> None:
    words = ["一班"]
    app = start(document_variables=_says("team", lambda _session, _plan: words[0]))
    _publish("班级：{team}")
    assert "班级：一班" in _printed(app)
    words[0] = "二班"
    assert reading.content(documents()[0]).more == {"team": "一班"}
    assert sample.invented().more["team"] == "甲"


def test_what_no_layout_uses_is_not_asked(start: Start) -> None:
    app = start(document_variables=_says("team", lambda _session, _plan: str(1 / 0)))
    assert "合格证书" in _printed(app)


def test_a_word_that_cannot_be_read_issues_nothing(start: Start) -> None:
    start(document_variables=_says("team", lambda _session, _plan: str(1 / 0)))
    _publish("{team}")
    holder = made()
    jobs.drain()
    with db.read() as session:
        assert reading.of_plan(session, holder.plan_id) is None


def test_documents_stay_when_the_plugin_goes(settings: Settings) -> None:
    """The version in use names a word nobody knows any more: what is owed is issued all the same, without it."""
    stranger = plugin("team", document_variables=_says("team", lambda _session, _plan: "一班"))
    with create_app(settings, [stranger]).app_context():
        _publish("班级：{team}。")
        db.engine().dispose()
    with create_app(settings).app_context() as context:
        assert "班级：。" in _printed(context.app)
        with pytest.raises(ValidationError, match="team"):
            Layout.model_validate(_layout("{team}"))
        db.engine().dispose()


def test_the_names_of_project_enrolment_are_known(app: Flask) -> None:
    _publish("{specialty} {training_class}")
    holder = made()
    jobs.drain()
    assert reading.content(document_of(holder)).more == {"specialty": "", "training_class": ""}
