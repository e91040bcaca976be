"""The application factory: the start-up order, on one screen. Opens no connection, writes nothing."""

import os
from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, jsonify

from portal import db, jobs
from portal.plugins import Plugins
from portal.settings import Settings, load
from portal.storage import LocalStorage
from portal.types import JobSpec
from portal.vault import Vault


def create_app(settings: Settings | None = None, extra_plugins: Iterable[tuple[str, Any]] = ()) -> Flask:
    """An application for these settings. Several may live in one process."""
    settings = settings or load()
    app = Flask("portal", root_path=os.path.dirname(__file__), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SQLALCHEMY_DATABASE_URI=settings.database,
    )
    app.extensions["portal_settings"] = settings
    app.extensions["portal_vault"] = Vault(settings)
    app.extensions["portal_storage"] = LocalStorage(settings.data / "files")
    settings.data.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    _map_models()
    plugins = Plugins(settings, extra_plugins)
    app.extensions["portal_plugins"] = plugins
    jobs.init_app(app, [*_core_jobs(), *plugins.declared("jobs")], settings.redis_url.get_secret_value())
    for blueprint in plugins.declared("blueprints"):
        app.register_blueprint(blueprint)
    app.add_url_rule("/healthz", "healthz", _health)
    return app


def _map_models() -> None:
    """Imports every table of the core, so that mappings resolve whoever asks first."""
    from portal import events  # noqa: F401
    from portal.access import models as access  # noqa: F401
    from portal.assessment import models as assessment  # noqa: F401
    from portal.audit import models as audit  # noqa: F401
    from portal.catalogue import models as catalogue  # noqa: F401
    from portal.credits import models as credits_  # noqa: F401
    from portal.messages import models as messages  # noqa: F401
    from portal.payments import models as payments  # noqa: F401
    from portal.photos import models as photos  # noqa: F401
    from portal.study import models as study  # noqa: F401


def _core_jobs() -> list[JobSpec]:
    from datetime import timedelta

    from portal.audit import service as audit

    return [JobSpec("audit.chain", audit.chain, every=timedelta(minutes=1))]


def _health() -> Response:
    """Alive, and the database answers."""
    from sqlalchemy import text

    with db.read() as session:
        session.execute(text("SELECT 1"))
    return jsonify(status="ok")
