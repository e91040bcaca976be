"""Each hook by its effect: take away its call and the test of that name fails."""

from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from flask import Blueprint, Flask, Response
from sqlalchemy import inspect

from portal import db, events, hookspecs, jobs, migrations
from portal.app import create_app
from portal.clock import now
from portal.hookspecs import hookimpl
from portal.kit import public
from portal.plugins import Plugins, document_variables, plugin_setting
from portal.settings import Settings
from portal.types import (
    Award,
    DocumentVariable,
    Event,
    HomeCard,
    JobSpec,
    LearnersMerged,
    NavItem,
    OrderClosed,
    OrderPaid,
    PlanCompleted,
    PlanRevoked,
    PluginSetting,
    SelectionMode,
)
from portal.web import kept
from tests.strangers import Start, plugin
from tests.strangers import start as start

REVISION = '''"""first"""
import sqlalchemy as sa
from alembic import op
revision = "s_0001"
down_revision = None
def upgrade(): op.create_table("s_note", sa.Column("id", sa.Integer, primary_key=True))
def downgrade(): op.drop_table("s_note")
'''


def _plugins(app: Flask) -> Plugins:
    found: Plugins = app.extensions["portal_plugins"]
    return found


def _page(text: str) -> Any:
    pages = Blueprint("s", __name__)
    pages.add_url_rule("/s", "page", public(lambda: Response(text)))
    return pages


def test_every_hook_has_a_test() -> None:
    tested = {key.removeprefix("test_hook_") for key in globals() if key.startswith("test_hook_")}
    elsewhere = {  # where a room can show the effect
        "screens": "tests/staff",
        "roles": "tests/staff",
        "order_problems": "tests/orders",
        "plan_actions": "tests/study",
        "payment_providers": "tests/payments",
        "personal_data": "tests/rights",
        "sms_senders": "tests/people",
    }
    hooks = {*hookspecs.DECLARE, *hookspecs.ASK, *hookspecs.TELL}
    assert hooks - tested - set(elsewhere) == set()
    silent = [hook for hook, folder in elsewhere.items() if not _mentioned(hook, folder)]
    assert silent == []


def _mentioned(hook: str, folder: str) -> bool:
    tests = (Path(__file__).parent.parent / folder).rglob("test_*.py")
    return any(hook in test.read_text("utf-8") for test in tests)


# --- declare ------------------------------------------------------------------------------------------------------


def test_hook_models(start: Start) -> None:
    class Foreign:
        __tablename__ = "not_mine"
        __module__ = "portal_s"

    app = start(models=[Foreign])
    assert "does not begin with s_" in _plugins(app).get("s").off  # type: ignore[union-attr]


def test_hook_migrations(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "s_0001.py").write_text(REVISION)
    app = start(migrations=folder)
    migrations.upgrade(db.engine(), _plugins(app))
    assert {"s_note", "alembic_version_s"} <= set(inspect(db.engine()).get_table_names())


def test_hook_blueprints(start: Start) -> None:
    assert start(blueprints=[_page("mine")]).test_client().get("/s").text == "mine"


def test_hook_commands(start: Start) -> None:
    @click.command("greet")
    def greet() -> None:
        click.echo("good day")

    app = start(commands=[greet])
    assert app.test_cli_runner().invoke(args=["greet"]).output == "good day\n"


def test_hook_settings(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_S_LIMIT", "7")
    start(settings=[PluginSetting("limit", 3, "how many"), PluginSetting("name", "x", "who")])
    assert (plugin_setting("s", "limit"), plugin_setting("s", "name")) == (7, "x")


def test_a_setting_that_cannot_be_read_switches_off(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_S_LIMIT", "many")
    app = start(settings=[PluginSetting("limit", 3, "how many")])
    assert "many" in _plugins(app).get("s").off  # type: ignore[union-attr]


def test_hook_selection_modes(start: Start) -> None:
    mode = SelectionMode("s", "Fourth way", endpoint="s.page", suits="whom it suits")
    home = start(selection_modes=[mode], blueprints=[_page("")]).test_client().get("/").text
    assert "Fourth way" in home
    assert "whom it suits" in home


def test_hook_document_variables(start: Start) -> None:
    app = start(document_variables=[DocumentVariable("team", "Team", sample="x", read=lambda _session, _plan: "")])
    with app.app_context():
        assert "team" in [one.key for one in document_variables()]


def test_hook_awards(start: Start) -> None:
    app = start(awards=[Award("medal", "Medal", weight=1)])
    assert _plugins(app).declared("awards")[0].key == "medal"


def test_hook_jobs(start: Start) -> None:
    ran: list[int] = []
    start(jobs=[JobSpec("s.count", lambda context: ran.append(context.payload["n"]))])
    with db.write() as session:
        jobs.submit(session, "s.count", {"n": 5})
    jobs.drain()
    assert ran == [5]


# --- ask ----------------------------------------------------------------------------------------------------------


def test_hook_nav_items(start: Start) -> None:
    seen: list[tuple[object, str]] = []

    def nav_items(user: object, audience: str) -> list[NavItem]:
        seen.append((user, audience))
        return [NavItem("s", "Stranger", "s.page"), NavItem("gone", "Gone", "s.nowhere")]

    home = start(nav_items=nav_items, blueprints=[_page("")]).test_client().get("/").text
    assert 'href="/s"' in home
    assert "Stranger" in home
    assert "Gone" not in home
    assert seen == [(None, "anonymous")]


def test_hook_home_cards(start: Start, tmp_path: Path) -> None:
    (tmp_path / "card.html").write_text("<b>{{ card_context.text }}</b>")
    pages = Blueprint("s", __name__, template_folder=str(tmp_path))
    cards = [HomeCard("s", "card.html", context={"text": "from a stranger"})]
    home = start(home_cards=cards, blueprints=[pages]).test_client().get("/").text
    assert "<b>from a stranger</b>" in home


def test_navigation_fails_open(start: Start) -> None:
    def nav_items() -> list[NavItem]:
        raise ValueError("broken")

    assert start(nav_items=nav_items).test_client().get("/").status_code == 200


def test_a_bar_drawn_while_a_plugin_failed_is_drawn_again(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "SECONDS", -1)
    answers = iter([ValueError("the database was away"), [NavItem("s", "Stranger", "s.page")]])

    def nav_items(user: object, audience: str) -> list[NavItem]:
        answer = next(answers)
        if isinstance(answer, ValueError):
            raise answer
        return answer

    visitor = start(nav_items=nav_items, blueprints=[_page("")]).test_client()
    assert "Stranger" not in visitor.get("/").text
    assert "Stranger" in visitor.get("/").text
    assert "Stranger" in visitor.get("/").text  # and kept: it is not asked a third time


# --- tell ---------------------------------------------------------------------------------------------------------


def _told(start: Start, event: Event) -> list[Event]:
    told: list[Event] = []

    def listen(session: object, event: Event) -> None:
        told.append(event)

    start(**{event.hook: listen})
    with db.write() as session:
        events.record(session, event)
    assert told == []  # not before the commit, not inside it
    jobs.drain()
    jobs.drain(now())
    return told


def test_hook_order_paid(start: Start) -> None:
    assert _told(start, OrderPaid(1, (2, 3))) == [OrderPaid(1, (2, 3))]


def test_hook_order_closed(start: Start) -> None:
    assert _told(start, OrderClosed(1, "expired")) == [OrderClosed(1, "expired")]


def test_hook_plan_completed(start: Start) -> None:
    assert _told(start, PlanCompleted(4)) == [PlanCompleted(4)]


def test_hook_plan_revoked(start: Start) -> None:
    assert _told(start, PlanRevoked(4, "refund")) == [PlanRevoked(4, "refund")]


def test_hook_learners_merged(start: Start) -> None:
    assert _told(start, LearnersMerged(3, 5)) == [LearnersMerged(3, 5)]


# --- loading ------------------------------------------------------------------------------------------------------


def test_a_misspelt_hook_stops_the_start(settings: Settings) -> None:
    module = ModuleType("portal_typo", "A typo.")
    module.__file__ = __file__
    module.nav_itmes = hookimpl(lambda: [])  # type: ignore[attr-defined]  # noqa: PIE807 - list takes no mark
    with pytest.raises(Exception, match="nav_itmes"):
        create_app(settings, [("typo", module)])


def test_an_unknown_argument_switches_off(settings: Settings) -> None:
    app = create_app(settings, [plugin("s", nav_items=lambda visitor: [])])
    assert "visitor" in _plugins(app).get("s").off  # type: ignore[union-attr]


def test_a_clash_switches_the_later_plugin_off(settings: Settings) -> None:
    medal = [Award("medal", "Medal")]
    app = create_app(settings, [plugin("first", awards=medal), plugin("second", awards=medal)])
    assert _plugins(app).get("first").off == ""  # type: ignore[union-attr]
    assert "'medal' belongs to first" in _plugins(app).get("second").off  # type: ignore[union-attr]


def test_a_failing_declaration_leaves_the_portal_running(start: Start) -> None:
    def settings() -> list[PluginSetting]:
        raise ValueError("no such file")

    app = start(settings=settings)
    assert _plugins(app).get("s").off == "ValueError: no such file"  # type: ignore[union-attr]
    assert app.test_client().get("/").status_code == 200


def test_a_disabled_plugin_keeps_its_folder_of_versions(settings: Settings, tmp_path: Path) -> None:
    off = settings.model_copy(update={"plugins_disabled": ["s"]})
    app = create_app(off, [plugin("s", migrations=tmp_path)])
    assert migrations.owners(_plugins(app))["s"] == tmp_path
    assert _plugins(app).get("s").off == "disabled"  # type: ignore[union-attr]
