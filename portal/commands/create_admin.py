"""`portal create-admin`: the first member of staff."""

import click
from flask_babel import force_locale

from portal import db
from portal.access import staff_accounts
from portal.commands.opening import open_app
from portal.errors import Refused
from portal.people import passwords


@click.command("create-admin")
@click.option("--login", prompt="User name", help="What the administrator logs in with.")
@click.option("--name", default="管理员", show_default=True, help="Shown to other staff.")
@click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    envvar="PORTAL_ADMIN_PASSWORD",
    help="Better asked for, or given in PORTAL_ADMIN_PASSWORD: a command line is seen by others.",
)
def create_admin(login: str, name: str, password: str) -> None:
    """Add an administrator."""
    app = open_app()
    with app.app_context(), force_locale("en"):
        if fault := staff_accounts.problem(password, login):
            raise click.ClickException(str(fault))
        password_hash = passwords.digest(password)
        try:
            with db.write() as session:
                account = staff_accounts.add(session, login, name, password_hash, staff_accounts.ADMIN)
        except Refused as error:
            raise click.ClickException(str(error.message)) from error
    click.echo(f"{account.username} may log in now.")
