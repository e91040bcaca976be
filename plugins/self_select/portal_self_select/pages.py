"""The blueprint of this plugin."""

from flask import Blueprint

blueprint = Blueprint(
    "self_select",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/self_select",
)
