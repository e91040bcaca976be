"""Loading the demonstration: each part once, whatever people did since stays."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portal import clock, db
from portal.demo import accounts, activity, office, shelves
from portal.demo.accounts import DemoAccount
from portal.divisions import load as divisions
from portal.people import passwords
from portal.storage import current_storage

FILE = "demo-accounts.json"


def load(now: datetime) -> bool:
    """Brings the demonstration up to this moment's year. Writes nothing when all is there. Returns whether it wrote.

    The year is the one in China; in a new year, the next start adds that year's catalogue.
    """
    year = clock.today(now).year
    shelves.store_media(current_storage())
    with db.read() as session:
        lacking = accounts.missing(session)
        if not lacking and shelves.is_there(session, year) and activity.is_there(session):
            return False
    hashes = {one.key: passwords.digest(one.password) for one in lacking}
    with db.write() as session:
        divisions.load(session)
        _load(session, year, now, lacking, hashes)
    return True


def _load(session: Session, year: int, now: datetime, lacking: list[DemoAccount], hashes: dict[str, str]) -> None:
    rules = office.rule_set(session, year)
    office.ensure_agreement(session, year, now)
    office.publish_notices(session, year, now)
    office.register_employers(session, now)
    if not shelves.is_there(session, year):
        shelves.load(session, year, rules)
    session.flush()
    for one in lacking:
        accounts.make(session, one, hashes[one.key], year, now)
    if not activity.is_there(session):
        activity.load(session, year, now)
    for one in lacking:
        if one.key == "learner":
            activity.begin_year(session, year, now, one.login)


def write_accounts(folder: Path) -> Path:
    """Writes how to log in to DATA/demo-accounts.json, readable by its owner only."""
    said = {one.key: {k: v for k, v in asdict(one).items() if v and k != "key"} for one in accounts.every()}
    for key in said:
        if key != "legacy_learner":
            said[key].pop("phone", None)
    file = folder / FILE
    text = json.dumps(said, ensure_ascii=False, indent=2) + "\n"
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        fresh = file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)
    return file
