"""Both languages of every staff page: no Han outside data in English, no English words outside names in Chinese."""

import re

from flask import Flask, template_rendered
from flask.testing import FlaskClient
from jinja2 import Template

from portal.staff.core import SCREENS
from portal.staff.screens import CONSOLE, primary_key
from tests.staff.world import World

HAN = re.compile(r"[\u3400-\u9fff]")
OWN = ["/staff/", "/staff/accounts/", "/staff/accounts/add", "/staff/roles/", "/staff/roles/2"]
# Names and keys that are the same in both languages.
SAME = {"CSV", "OFD", "PDF", "English", "Xueshi", "test.made", "notice", "eng", "build", "chief", "fengrun", "SELECT"}


def pages(world: World) -> list[str]:
    found = list(OWN)
    for screen in SCREENS:
        desk = "console" if screen.desk == CONSOLE else "staff"
        pk = getattr(world.mine[screen.key], primary_key(screen.model).key)
        found += [f"/{desk}/{screen.key}/", f"/{desk}/{screen.key}/{pk}", f"/{desk}/{screen.key}/?page=2"]
        if screen.writable():
            found.append(f"/{desk}/{screen.key}/{pk}/edit")
        found += [f"/{desk}/{screen.key}/{pk}/do/{action.key}" for action in screen.actions]
        if screen.versions:
            found += [f"/{desk}/{screen.key}/{pk}/version", f"/{desk}/{screen.key}/first"]
        if screen.writable() and screen.add:
            found.append(f"/{desk}/{screen.key}/add")
    return found


def words(page: str) -> str:
    """What a reader sees or hears, without what rows hold: cells, facts, fields, options, names."""
    page = re.sub(r"<(script|style|svg|textarea|select|td|dd|h1|title|bdi)\b.*?</\1>", " ", page, flags=re.DOTALL)
    page = re.sub(
        r'<a [^>]*href="/staff/plans/\?[^>]*>.*?</a>', " ", page, flags=re.DOTALL
    )  # divisions on the home page
    page = re.sub(r'<li class="s-who">.*?</li>|<span class="x-tag plain">.*?</span>|lang="zh-CN">.*?<', " ", page)
    page = re.sub(r'<li aria-current="page">.*?</li>', " ", page)
    said = " ".join(re.findall(r'(?:aria-label|title|placeholder)="([^"]*)"', page))
    return f"{re.sub(r'<[^>]*>', ' ', page)} {said}"


def test_chinese_pages_have_no_english(admin: FlaskClient, world: World) -> None:
    slips = {}
    for address in pages(world):
        found = set(re.findall(r"[A-Za-z][A-Za-z.]{2,}", words(admin.get(address).text))) - SAME
        if found:
            slips[address] = found
    assert slips == {}


def test_english_pages_have_no_chinese(app: Flask, admin: FlaskClient, world: World) -> None:
    admin.post("/language", data={"to": "en", "next": "/staff/"})
    slips = {}
    for address in pages(world):
        found = HAN.findall(words(admin.get(address).text))
        if found:
            slips[address] = "".join(found)
    assert slips == {}


def test_names_are_written_in_chinese_order(admin: FlaskClient, world: World) -> None:
    assert "郝静宜" in admin.get("/staff/").text


def test_no_page_is_drawn_by_a_template_of_the_frameworks(app: Flask, admin: FlaskClient, world: World) -> None:
    """Their words have gaps in Chinese (21 of Flask-AppBuilder's, 99 of Flask-Admin's); nobody meets one."""
    drawn = set()

    def note(_app: Flask, template: Template, **_given: object) -> None:
        drawn.add(str(template.filename))

    with template_rendered.connected_to(note, app):
        for address in pages(world):
            admin.get(address)
            admin.post(address, data={"name": ""})
    assert len(drawn) > 10
    assert [file for file in drawn if "flask_appbuilder" in file or "flask_admin" in file] == []
