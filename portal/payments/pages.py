"""The blueprint of this room; its pages stand in views.py and aftercare_views.py."""

from flask import Blueprint

blueprint = Blueprint("payments", __name__, template_folder="templates")
