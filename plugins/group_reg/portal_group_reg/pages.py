"""The blueprint of this plugin and the names of its steps."""

from flask import Blueprint

from portal.kit import _l

blueprint = Blueprint(
    "group_reg",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/group_reg",
)
STEPS = (_l("Choose county and class"), _l("Upload and check"), _l("Confirm the payment"))
