"""Looks a site over: settings, storage, assets, plugins, database, jobs, audit trail. Writes only a probe file."""

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from portal import db, migrations
from portal.audit import anchor
from portal.audit import service as audit
from portal.audit.models import AuditRow
from portal.divisions.models import Division
from portal.events import Delivery
from portal.fonts import FONTS
from portal.jobs import Job
from portal.plugins import current_plugins
from portal.settings import Settings
from portal.storage import current_storage
from portal.vault import current_vault

OK, WARN, FAIL = "ok", "warn", "fail"
ROOM = 1024**3  # free bytes below which one should look
LATE = timedelta(minutes=10)
VENDOR = ("bootstrap.min.css", "htmx.min.js")
PROBE = "doctor/probe"


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    level: str
    subject: str
    text: str


def examine(now: datetime) -> Iterator[Finding]:
    """Everything, in the order one would repair it. What needs the database is left out when it does not answer."""
    yield from _settings()
    yield from _storage()
    yield from _assets()
    yield from _plugins()
    try:
        late = list(_database())
    except SQLAlchemyError as error:
        yield Finding(FAIL, "database", f"does not answer: {type(error).__name__}")
        return
    yield from late
    if all(one.level != FAIL for one in late):
        checks: tuple[Callable[[datetime], Iterator[Finding]], ...] = (_data, _jobs, _audit)
        for check in checks:
            yield from check(now)


def _settings() -> Iterator[Finding]:
    settings: Settings = current_app.extensions["portal_settings"]
    yield Finding(OK, "settings", f"mode {settings.mode}, {settings.address}, data in {settings.data}")
    vault = current_vault()
    assert vault.open(vault.seal("probe")) == "probe"
    yield Finding(OK, "secrets", f"{len(settings.vault_keys)} vault key(s), the newest seals and opens")
    yield from proxies(settings)
    for name in ("demo-secrets.json", "demo-accounts.json"):
        file = settings.data / name
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield Finding(WARN, "secrets", f"{file} can be read by others: chmod 600")


def proxies(settings: Settings) -> Iterator[Finding]:
    """Limits on attempts count by network address: everybody's must be their own."""
    proxies = settings.trusted_proxies
    if settings.mode == "production" and not proxies:
        said = "PORTAL_TRUSTED_PROXIES is 0: behind a proxy all visitors share the limits of its one address"
        yield Finding(WARN, "proxies", said)
    elif proxies and settings.host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not listened on
        said = f"PORTAL_HOST is {settings.host}: whoever reaches it past the proxy can claim any address"
        yield Finding(WARN, "proxies", said)


def _storage() -> Iterator[Finding]:
    """Writes, syncs, reads and removes a small file."""
    storage = current_storage()
    try:
        storage.put(PROBE, b"probe")
        right = storage.get(PROBE) == b"probe"
        storage.delete(PROBE)
    except OSError as error:
        yield Finding(FAIL, "storage", f"cannot be written: {error.strerror}")
        return
    yield Finding(OK, "storage", "writes and syncs") if right else Finding(FAIL, "storage", "reads back wrong")
    settings: Settings = current_app.extensions["portal_settings"]
    free = shutil.disk_usage(settings.data).free
    if free < ROOM:
        yield Finding(WARN, "storage", f"only {free // 1024**2} MiB are free")


def _assets() -> Iterator[Finding]:
    folder = Path(str(current_app.static_folder)) / "vendor"
    missing = [name for name in VENDOR if not (folder / name).is_file()]
    if missing:
        yield Finding(FAIL, "assets", f"missing: {', '.join(missing)}; run `make setup` or install the wheel")
    else:
        yield Finding(OK, "assets", "front-end files are there")
    if missing := [font.name for font in FONTS.values() if not font.is_file()]:
        yield Finding(
            FAIL, "assets", f"no font for documents ({', '.join(missing)}); run `make setup` or install the wheel"
        )
    else:
        yield Finding(OK, "assets", f"{len(FONTS)} fonts for documents")


def _plugins() -> Iterator[Finding]:
    for plugin in current_plugins().all:
        if not plugin.off:
            yield Finding(OK, "plugins", f"{plugin.name} is on")
        elif plugin.off == "disabled":
            yield Finding(WARN, "plugins", f"{plugin.name} is switched off by PORTAL_PLUGINS_DISABLED")
        else:
            yield Finding(FAIL, "plugins", f"{plugin.name} is off: {plugin.off}")


def _database() -> Iterator[Finding]:
    engine = db.engine()
    with db.read() as session:
        session.execute(text("SELECT 1"))
    yield Finding(OK, "database", f"{engine.dialect.name} answers")
    if late := migrations.behind(engine, current_plugins()):
        yield Finding(FAIL, "database", f"tables are behind: {', '.join(late)}; run `portal upgrade`")
    else:
        yield Finding(OK, "database", "tables are up to date")


def _data(_now: datetime) -> Iterator[Finding]:
    with db.read() as session:
        divisions = session.scalar(select(func.count()).select_from(Division)) or 0
    if divisions:
        yield Finding(OK, "data", f"{divisions} divisions")
    else:
        yield Finding(FAIL, "data", "no divisions; run `portal upgrade`")


def _jobs(now: datetime) -> Iterator[Finding]:
    def number(*conditions: object) -> int:
        return session.scalar(select(func.count()).select_from(Job).where(*conditions)) or 0  # type: ignore[arg-type]

    with db.read() as session:
        stuck = number(Job.state == "running", Job.lease_until < now - LATE)
        waiting = number(Job.state == "queued", Job.run_at < now - LATE)
        failed = number(Job.state == "failed")
        undelivered = session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state == "failed")) or 0
    if stuck or waiting:
        yield Finding(WARN, "jobs", f"{stuck} abandoned, {waiting} waiting for over ten minutes: is a worker running?")
    if failed or undelivered:
        yield Finding(WARN, "jobs", f"{failed} jobs and {undelivered} deliveries have failed for good")
    if not (stuck or waiting or failed or undelivered):
        yield Finding(OK, "jobs", "none is stuck")


def _audit(now: datetime) -> Iterator[Finding]:
    with db.read() as session:
        broken, cut, head = audit.first_broken(session), anchor.fault(session), anchor.last(session)
        oldest = session.scalar(select(func.min(AuditRow.at)).where(AuditRow.sequence.is_(None)))
    if broken is not None:
        yield Finding(FAIL, "audit", f"the chain breaks at row {broken}: somebody changed the trail")
    elif cut:
        yield Finding(FAIL, "audit", cut)
    elif oldest is not None and oldest < now - LATE:
        yield Finding(WARN, "audit", "rows wait to be chained for over ten minutes: is a worker running?")
    else:
        yield Finding(OK, "audit", f"the chain holds; head {head}" if head else "the chain holds")
