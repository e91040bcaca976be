"""The blueprint of this plugin and the names of its steps."""

from flask import Blueprint

blueprint = Blueprint(
    "enrollment",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/enrollment",
)

STEPS = ("details", "training_class", "courses", "check")
