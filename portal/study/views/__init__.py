"""Pages of this room: 学习中心 and the player."""

from flask import Blueprint

blueprint = Blueprint("study", "portal.study", template_folder="templates")

from portal.study.views import centre, explaining, player, reading, transcript  # noqa: E402, F401 - they register their views
