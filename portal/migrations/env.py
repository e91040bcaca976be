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


with given["engine"].connect() as connection:
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
