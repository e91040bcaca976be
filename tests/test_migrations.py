"""Every owner's schema versions go up, down and up again, and end where the models are."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_appbuilder import Model
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

from portal import db, migrations
from portal.people.models import Employment, Learner
from portal.plugins import Plugins
from portal.testing import make_learner


@pytest.fixture
def plugins(app: Flask) -> Plugins:
    found: Plugins = app.extensions["portal_plugins"]
    return found


def _tables() -> set[str]:
    return {table for table in inspect(db.engine()).get_table_names() if not table.startswith("alembic_version")}


def _differences() -> list[str]:
    """What autogenerate would still write. Types are left out: SQLite keeps none that could be compared."""
    with db.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": connection.dialect.name != "sqlite"})
        found = compare_metadata(context, Model.metadata)
    return [str(change) for change in found if "alembic_version" not in str(change)]


def test_models_and_versions_are_in_step(plugins: Plugins) -> None:
    assert migrations.behind(db.engine(), plugins) == []
    assert _differences() == []


def test_all_owners_go_down_and_up_again(plugins: Plugins) -> None:
    before = _tables()
    owners = [owner for owner, folder in migrations.owners(plugins).items() if any(folder.glob("*.py"))]
    for owner in reversed(owners):
        migrations.downgrade(db.engine(), plugins, owner)
    assert _tables() == set()
    assert set(migrations.behind(db.engine(), plugins)) == set(owners)
    migrations.upgrade(db.engine(), plugins)
    assert _tables() == before
    assert _differences() == []


def test_each_plugin_goes_down_alone(plugins: Plugins) -> None:
    """Removing one plugin's tables leaves everything else usable."""
    for owner in [owner for owner in migrations.owners(plugins) if owner != migrations.CORE]:
        before = _tables()
        migrations.downgrade(db.engine(), plugins, owner)
        assert {table for table in before if table.startswith(f"{owner}_")}.isdisjoint(_tables())
        assert migrations.behind(db.engine(), plugins) == [owner]
        migrations.upgrade(db.engine(), plugins, owner)
        assert _tables() == before


def test_rows_survive_a_change_of_their_tables(plugins: Plugins) -> None:
    """SQLite rebuilds a changed table: what refers to its rows must not stand in the way, nor be lost."""
    with db.write() as session:
        learner = make_learner(session, name="何志远")
    migrations.downgrade(db.engine(), plugins, migrations.CORE, "core_0001")
    migrations.upgrade(db.engine(), plugins)
    with db.read() as session:
        assert session.get_one(Learner, learner.id).name == "何志远"
        assert session.get_one(Learner, learner.id).employments[0].employer_name
    with pytest.raises(IntegrityError), db.write() as session:
        session.add(Employment(learner_id=0, employer_name="x", division_code="130208"))


def test_an_upgrade_may_be_repeated(plugins: Plugins) -> None:
    before = _tables()
    migrations.upgrade(db.engine(), plugins)
    assert _tables() == before


def test_a_new_version_follows_the_last(plugins: Plugins, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`portal revise` never writes over a version that exists."""
    folder = migrations.owners(plugins)[migrations.CORE]
    copied = [tmp_path / file.name for file in folder.glob("core_[0-9]*.py")]
    for file in copied:
        file.write_text((folder / file.name).read_text("utf-8"), "utf-8")
    before = {file.name: file.read_text("utf-8") for file in copied}
    monkeypatch.setattr(migrations, "owners", lambda _plugins: {migrations.CORE: tmp_path})
    migrations.revise(db.engine(), plugins, migrations.CORE, "next")
    assert {name: (tmp_path / name).read_text("utf-8") for name in before} == before
    last = max(int(name[5:9]) for name in before)
    assert (tmp_path / f"core_{last + 1:04d}.py").is_file()
