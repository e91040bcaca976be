"""Says hello: the smallest plugin."""

from flask import Blueprint, render_template

from portal.kit import NavItem, PluginSetting, _l, hookimpl, plugin_setting, public

pages = Blueprint("hello", __name__, template_folder="templates")


@pages.get("/hello")
@public
def page() -> str:
    return render_template("hello/page.html", name=plugin_setting("hello", "name"))


@hookimpl
def blueprints() -> list[Blueprint]:
    return [pages]


@hookimpl
def settings() -> list[PluginSetting]:
    return [PluginSetting("name", "world", "who is greeted")]


@hookimpl
def nav_items(audience: str) -> list[NavItem]:
    return [NavItem("hello", _l("Hello"), "hello.page", weight=90)]
