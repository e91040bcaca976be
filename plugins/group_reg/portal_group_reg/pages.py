"""The blueprint of this plugin, and the way out of a page that makes no sense now."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.kit import _l

blueprint = Blueprint(
    "group_reg",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/group_reg",
)
STEPS = (_l("Choose county and class"), _l("Upload and check"), _l("Confirm the payment"))


class Elsewhere(Exception):
    """This page makes no sense now; another one does. `why` is shown there."""

    def __init__(self, endpoint: str, why: object = "", **values: Any) -> None:
        super().__init__(endpoint)
        self.endpoint, self.why, self.values = endpoint, why, values


@blueprint.errorhandler(Elsewhere)
def go(elsewhere: Elsewhere) -> ResponseReturnValue:
    if elsewhere.why:
        flash(str(elsewhere.why), "warm")
    return redirect(url_for(elsewhere.endpoint, **elsewhere.values), 303)
