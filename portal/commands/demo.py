"""`portal demo`: a site that looks lived in, with accounts to walk it."""

from collections.abc import Iterable

import click

from portal.clock import now
from portal.commands.opening import open_app
from portal.demo import accounts
from portal.demo.accounts import DemoAccount
from portal.demo.load import load, write_accounts
from portal.settings import Settings
from portal.upgrade import upgrade


@click.command()
@click.option("--quiet", is_flag=True, help="Print the accounts only.")
def demo(quiet: bool) -> None:
    """Bring the database up to date and add what the demonstration lacks; nothing people made is touched."""
    app = open_app()
    settings: Settings = app.extensions["portal_settings"]
    if settings.mode != "demo":
        raise click.ClickException(
            "PORTAL_MODE is production: the demonstration would make accounts that anybody knows"
        )
    upgrade(app)
    with app.app_context():
        fresh = load(now())
        file = write_accounts(settings.data)
        made = accounts.every()
    if not quiet:
        click.echo("The demonstration was loaded." if fresh else "The demonstration is up to date.")
    click.echo(f"Demo accounts, as first made ({file}):")
    click.echo("\n".join(_lines(made)))


def _lines(made: Iterable[DemoAccount]) -> Iterable[str]:
    for one in made:
        note = f"activate with phone {one.phone}" if one.key == "legacy_learner" else ""
        yield f"  {one.key:15} {one.login:19} {one.password:15} {note or one.name}".rstrip()
