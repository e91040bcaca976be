"""The application factory: the start-up order, on one screen. Opens no connection, writes nothing."""

import os
from collections.abc import Iterable
from copy import copy
from importlib import import_module
from typing import Any

from click import Command, Context
from flask import Flask, Response, jsonify
from flask_wtf import CSRFProtect

from portal import db, jobs, logs, safety, versions
from portal.access.guard import public
from portal.plugins import Plugins
from portal.settings import Settings, load
from portal.storage import LocalStorage
from portal.types import JobSpec
from portal.vault import Vault
from portal.web.folding import Folding

# Rooms with pages; each keeps its blueprint in views.py.
ROOMS = (
    "web",
    "access",
    "assessment",
    "messages",
    "orders",
    "payments",
    "people",
    "photos",
    "rights",
    "staff",
    "study",
)


def create_app(settings: Settings | None = None, extra_plugins: Iterable[tuple[str, Any]] = ()) -> Flask:
    """An application for these settings. Several may live in one process."""
    settings = settings or load()
    logs.configure(json=settings.mode == "production")
    app = Flask("portal", root_path=os.path.dirname(__file__), static_folder="web/static")
    app.jinja_environment = Folding
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SQLALCHEMY_DATABASE_URI=settings.database,
        SEND_FILE_MAX_AGE_DEFAULT=31536000,  # addresses of static files change with the file
        MAX_CONTENT_LENGTH=12 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    app.extensions["portal_settings"] = settings
    app.extensions["portal_vault"] = Vault(settings)
    app.extensions["portal_storage"] = LocalStorage(settings.data / "files", app.extensions["portal_vault"])
    settings.data.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    _map_models()
    versions.init_app(app)
    from portal.staff import desks

    plugins = Plugins(settings, extra_plugins, desks.RESERVED)
    app.extensions["portal_plugins"] = plugins
    jobs.init_app(app, [*_core_jobs(), *plugins.declared("jobs")], settings.redis_url.get_secret_value())
    _web(app, settings, plugins)
    if settings.mode == "production":
        safety.check(app)
    return app


def _web(app: Flask, settings: Settings, plugins: Plugins) -> None:
    """Everything that answers requests."""
    from portal.access import sessions
    from portal.staff import desks, lessons
    from portal.web import addresses, errors, headers, hosts, i18n, kept, proxies, shell, sound

    if settings.mode == "production":
        safety.init_app(app)
    proxies.init_app(app, settings)
    addresses.init_app(app)
    hosts.init_app(app, settings)
    sound.init_app(app)
    if settings.mode == "production":
        logs.init_app(app)
    lessons.init_app(app, settings)  # before the form tokens, which read the body
    CSRFProtect(app)
    sessions.init_app(app, settings)
    for room in ROOMS:
        app.register_blueprint(import_module(f"portal.{room}.views").blueprint)
    desks.init_app(app, plugins)
    for blueprint in plugins.declared("blueprints"):
        app.register_blueprint(blueprint)
    app.add_url_rule("/healthz", "healthz", public(_health))
    for command in plugins.declared("commands"):
        app.cli.add_command(_inside(app, command))
    i18n.init_app(app, [plugin.folder for plugin in plugins.active])
    headers.init_app(app, settings)
    errors.init_app(app)
    kept.init_app(app)
    shell.init_app(app)


def _inside(app: Flask, command: Command) -> Command:
    """A plugin's command, run with the application at hand. A copy: several applications may live in one process."""
    inner = copy(command)

    def invoke(context: Context) -> Any:
        with app.app_context():
            return command.invoke(context)

    inner.invoke = invoke  # type: ignore[method-assign, assignment]
    return inner


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
    from portal.staff import claims  # noqa: F401
    from portal.study import models as study  # noqa: F401


def _core_jobs() -> list[JobSpec]:
    from datetime import timedelta

    from portal.assessment import periodic as assessment
    from portal.audit import service as audit
    from portal.legacy import periodic as legacy
    from portal.payments import gateways as payments
    from portal.payments import posting
    from portal.people import mailing, texting
    from portal.rights import retention
    from portal.study import periodic as study

    chain = JobSpec("audit.chain", audit.chain, every=timedelta(minutes=1))
    return [
        chain,
        *study.JOBS,
        *assessment.JOBS,
        *payments.JOBS,
        *posting.JOBS,
        *legacy.JOBS,
        *mailing.JOBS,
        *texting.JOBS,
        *retention.JOBS,
    ]


def _health() -> Response:
    """Alive, and the database answers."""
    from sqlalchemy import text

    with db.read() as session:
        session.execute(text("SELECT 1"))
    return jsonify(status="ok")
