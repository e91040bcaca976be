"""The blueprint of this room; its pages stand in *_views.py."""

from flask import Blueprint, current_app

from portal.settings import Settings

blueprint = Blueprint("people", __name__, template_folder="templates")


def current_settings() -> Settings:
    """Settings of the running application."""
    settings: Settings = current_app.extensions["portal_settings"]
    return settings
