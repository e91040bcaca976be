"""Templates compiled once for each language: what is fixed is written in, what is a page's own is asked for."""

import pytest
from flask import Flask, render_template, session
from jinja2 import DictLoader

PAGES = {
    "fixed.html": '{{ _("Log in") }} {{ url_for("access.login") }} {{ language() }} {{ _("100%% sure") }}',
    "filled.html": '{{ _("Welcome, %(name)s", name=name) }}',
    "counted.html": '{{ ngettext("%(name)s (%(num)d specialty)", "%(name)s (%(num)d specialties)", n, name=name) }}',
    "own.html": '{% macro say(_) %}{{ _("Log in") }}{% endmacro %}{{ say(shout) }}',
    "absent.html": '{% if has_endpoint("no.such") %}{{ url_for("no.such") }}{% endif %}.',
    "outer.html": '{% extends "base.html" %}{% block part %}{{ _("Log in") }}{% endblock %}',
    "base.html": '{{ _("Home") }}: {% block part %}{% endblock %}',
    "plain.txt": '{{ _("Log in") }} & {{ _("Welcome, %(name)s", name=name) }}',
}


@pytest.fixture
def pages(own_app: Flask) -> Flask:
    """An application with the templates above and nothing else."""
    own_app.jinja_env.loader = DictLoader(PAGES)
    return own_app


def _drawn(app: Flask, template: str, language: str = "zh_Hans_CN", root: str = "", **values: object) -> str:
    with app.app_context(), app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
        session["locale"] = language
        return render_template(template, **values)


def test_each_language_says_its_own_words(pages: Flask) -> None:
    assert _drawn(pages, "fixed.html") == "登录 /login zh_Hans_CN 100% sure"
    assert _drawn(pages, "fixed.html", "en") == "Log in /login en 100% sure"
    assert _drawn(pages, "outer.html") == "首页: 登录"
    assert _drawn(pages, "outer.html", "en") == "Home: Log in"


def test_addresses_begin_with_where_the_site_is_mounted(pages: Flask) -> None:
    assert "/login" in _drawn(pages, "fixed.html")
    assert "/portal/login" in _drawn(pages, "fixed.html", root="/portal")


def test_what_a_page_fills_in_is_escaped_each_time(pages: Flask) -> None:
    assert _drawn(pages, "filled.html", name="赵敏") == "赵敏，您好"
    assert _drawn(pages, "filled.html", name="<b>") == "&lt;b&gt;，您好"


@pytest.mark.parametrize(("number", "words"), [(1, "specialty"), (2, "specialties"), (0, "specialties")])
def test_a_text_with_a_number_takes_the_form_of_that_number(pages: Flask, number: int, words: str) -> None:
    assert _drawn(pages, "counted.html", "en", n=number, name="<b>") == f"&lt;b&gt; ({number} {words})"
    assert f"{number} 个专业" in _drawn(pages, "counted.html", n=number, name="工程")


def test_addresses_with_values_are_told_apart(pages: Flask) -> None:
    pages.jinja_env.loader = DictLoader({"of.html": '{{ url_for("messages.notice", notice_id=n, **more) }}'})
    assert [_drawn(pages, "of.html", n=n, more={}) for n in (1, 2, 1)] == ["/notices/1", "/notices/2", "/notices/1"]
    assert _drawn(pages, "of.html", root="/portal", n=1, more={}) == "/portal/notices/1"
    assert _drawn(pages, "of.html", n=1, more={"_external": True}).endswith("//localhost/notices/1")
    assert _drawn(pages, "of.html", n=1, more={"_anchor": "a"}) == "/notices/1#a"


def test_a_name_a_template_gives_itself_stays_its_own(pages: Flask) -> None:
    assert _drawn(pages, "own.html", shout=str.upper) == "LOG IN"


def test_an_address_that_does_not_exist_is_asked_only_where_it_is_needed(pages: Flask) -> None:
    assert _drawn(pages, "absent.html") == "."


def test_plain_text_is_not_escaped(pages: Flask) -> None:
    assert _drawn(pages, "plain.txt", name="<b>") == "登录 & <b>，您好"


def test_fixed_texts_are_not_looked_up_again(pages: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    _drawn(pages, "fixed.html")
    asked: list[str] = []
    told = pages.extensions["babel"].instance.domain_instance
    monkeypatch.setattr(type(told), "get_translations", lambda self: asked.append("looked up"))
    assert _drawn(pages, "fixed.html").startswith("登录")
    assert asked == []
