"""Which version of the rules holds at a moment."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from portal import db
from portal.errors import NotFound
from portal.rules import service
from portal.rules.models import RuleSet

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_newest_effective_version_holds(app: Flask) -> None:
    with db.write() as session:
        for version, days in ((1, 0), (2, 30), (3, 400)):
            effective = START + timedelta(days=days)
            session.add(RuleSet(year=2026, version=version, title="规则", data={}, effective_at=effective))
    with db.read() as session:
        assert service.in_force(session, 2026, START).version == 1
        assert service.in_force(session, 2026, START + timedelta(days=30)).version == 2
        with pytest.raises(NotFound):
            service.in_force(session, 2026, START - timedelta(seconds=1))
        with pytest.raises(NotFound):
            service.in_force(session, 2025, START)
