"""Schema changes: Alembic for the core and for each plugin, every owner with a version table of its own.

One shared version table would make `upgrade` fail as soon as a plugin is removed ("Can't locate revision").
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_appbuilder import Model
from sqlalchemy import Engine

from portal.plugins import Plugins

CORE = "core"
HERE = Path(__file__).parent


def owners(plugins: Plugins) -> dict[str, Path]:
    """Owner name -> folder of its versions: the core first, then every installed plugin that loaded, on or off."""
    found = {CORE: HERE / "versions"}
    for plugin in plugins.all:
        hook = getattr(plugin.module, "migrations", None)
        if hook is not None and (folder := hook()) is not None:
            found[plugin.name] = Path(folder)
    return found


def upgrade(engine: Engine, plugins: Plugins, owner: str | None = None, revision: str = "head") -> None:
    """Brings one owner, or all of them, up to a revision."""
    for name, folder in owners(plugins).items():
        if owner in (None, name) and any(folder.glob("*.py")):
            command.upgrade(_config(engine, name, folder, plugins), revision)


def downgrade(engine: Engine, plugins: Plugins, owner: str, revision: str = "base") -> None:
    """Takes one owner back."""
    command.downgrade(_config(engine, owner, owners(plugins)[owner], plugins), revision)


def revise(engine: Engine, plugins: Plugins, owner: str, message: str) -> None:
    """Writes the difference between models and database as a new version of one owner."""
    folder = owners(plugins)[owner]
    folder.mkdir(exist_ok=True)
    known = (int(file.stem.removeprefix(f"{owner}_")) for file in folder.glob(f"{owner}_[0-9]*.py"))
    number = f"{max(known, default=0) + 1:04d}"
    command.revision(_config(engine, owner, folder, plugins), message, autogenerate=True, rev_id=f"{owner}_{number}")


def behind(engine: Engine, plugins: Plugins) -> list[str]:
    """Owners whose tables are not at their newest revision. Empty: nothing to do."""
    late = []
    for name, folder in owners(plugins).items():
        script = ScriptDirectory.from_config(_config(engine, name, folder, plugins))
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"version_table": version_table(name)})
            if set(context.get_current_heads()) != set(script.get_heads()):
                late.append(name)
    return late


def version_table(owner: str) -> str:
    """Name of an owner's version table."""
    return "alembic_version" if owner == CORE else f"alembic_version_{owner}"


def _config(engine: Engine, owner: str, folder: Path, plugins: Plugins) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("version_locations", str(folder))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "%%(rev)s")
    others = [plugin.name for plugin in plugins.all]
    config.attributes.update(
        engine=engine,
        metadata=Model.metadata,
        version_table=version_table(owner),
        owns=lambda table: _owner_of(table, others) == owner,
    )
    return config


def _owner_of(table: str, plugins: list[str]) -> str:
    return next((name for name in plugins if table.startswith(f"{name}_")), CORE)
