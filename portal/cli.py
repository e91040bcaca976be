"""The `portal` command: run, upgrade, revise, plugins, settings; longer ones stand in commands/."""

import click
from flask import Flask

from portal import db, migrations
from portal.commands import COMMANDS
from portal.commands.opening import open_app
from portal.demo import known
from portal.plugins import Plugins
from portal.serving import serve
from portal.settings import Settings
from portal.upgrade import upgrade as bring_up_to_date


class _Commands(click.Group):
    """The core's commands, and those of plugins, which are looked up only when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        plugins = [str(command.name) for command in _plugins(open_app()).declared("commands")]
        return [*super().list_commands(ctx), *sorted(plugins)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or open_app().cli.commands.get(cmd_name)


@click.group(cls=_Commands)
def main() -> None:
    """Xueshi: a portal for continuing education."""


for _command in COMMANDS:
    main.add_command(_command)


def _plugins(app: Flask) -> Plugins:
    plugins: Plugins = app.extensions["portal_plugins"]
    return plugins


@main.command()
def upgrade() -> None:
    """Bring the database up to date: the core, then each plugin."""
    bring_up_to_date(open_app())


@main.command()
@click.argument("owner", default=migrations.CORE)
@click.option("-m", "--message", required=True)
def revise(owner: str, message: str) -> None:
    """Write a new schema version of the core or of a plugin from the difference to its models."""
    app = open_app()
    with app.app_context():
        migrations.revise(db.engine(), _plugins(app), owner, message)


@main.command()
def plugins() -> None:
    """List installed plugins: version, state, hooks."""
    for plugin in _plugins(open_app()).all:
        click.echo(f"{plugin.name:16} {plugin.version:8} {plugin.off or 'on':10} {plugin.title}")
        click.echo(f"{'':16} {' '.join(plugin.hooks)}")


@main.command()
def settings() -> None:
    """List all settings, what they mean and their defaults."""
    for name, field in Settings.model_fields.items():
        click.echo(f"PORTAL_{name.upper():20} {field.description}")


@main.command()
@click.option("--port", type=int, default=None)
def run(port: int | None) -> None:
    """Serve the portal; with the worker inside unless PORTAL_WORKER=false."""
    overrides = {"port": port} if port else {}
    app = open_app(**overrides)
    settings: Settings = app.extensions["portal_settings"]
    with app.app_context():
        if late := migrations.behind(db.engine(), _plugins(app)):
            raise click.ClickException(f"run `portal upgrade` first: {', '.join(late)}")
        _refuse_known_passwords(settings)
    serve(app, settings)


def _refuse_known_passwords(settings: Settings) -> None:
    if settings.mode != "production":
        return
    with db.read() as session:
        names = known.still_open(session)
    if names:
        said = f"the password of {', '.join(names)} is the demonstration's: give another one or close the account"
        raise click.ClickException(f"PORTAL_DATABASE_URL: {said}")
