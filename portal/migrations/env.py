"""Run by Alembic for one owner at a time; everything it needs comes in config.attributes."""

from typing import Any

from alembic import context

given = context.config.attributes


def include(item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Only tables of the owner being migrated; version tables are nobody's."""
    if kind == "table":
        return given["owns"](name) and not str(name).startswith("alembic_version")
    return True


def render(kind: str, item: Any, _autogen: Any) -> Any:
    """Our own column types stand in migrations as what the database sees, so old versions never break."""
    if kind == "type" and item.__class__.__name__ == "Sealed":
        return "sa.Text()"
    if kind == "type" and item.__class__.__name__ == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    return False


def enforce(connection: Any, on: bool) -> None:
    """SQLite rebuilds a table to change it; with foreign keys on, dropping the old one fails once it has rows.

    Outside a transaction, or it is ignored; so on the driver's own connection. Turned on again, all rows are checked.
    """
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        if on and (broken := driver.execute("PRAGMA foreign_key_check").fetchall()):
            raise RuntimeError(f"rows refer to nothing after the migration: {broken[:3]}")
        driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


with given["engine"].connect() as connection:
    enforce(connection, on=False)
    context.configure(
        connection=connection,
        target_metadata=given["metadata"],
        version_table=given["version_table"],
        include_object=include,
        render_item=render,
        render_as_batch=True,
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    enforce(connection, on=True)
