"""The blueprint of this plugin, and the way out of a step that cannot be shown."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

blueprint = Blueprint(
    "enrollment",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/enrollment",
)

STEPS = ("details", "training_class", "courses", "check")


class Elsewhere(Exception):
    """This page makes no sense now; another one does. `why` is shown there."""

    def __init__(self, endpoint: str, why: object = "", **values: int) -> None:
        super().__init__(endpoint)
        self.endpoint, self.why, self.values = endpoint, why, values


@blueprint.errorhandler(Elsewhere)
def go(elsewhere: Elsewhere) -> ResponseReturnValue:
    if elsewhere.why:
        flash(str(elsewhere.why), "warm")
    values: dict[str, Any] = dict(elsewhere.values)
    return redirect(url_for(elsewhere.endpoint, **values), 303)
