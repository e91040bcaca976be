"""`portal audit verify`: whether the trail of changes is whole."""

import sys

import click

from portal import db
from portal.audit import service as trail
from portal.commands.opening import open_app


@click.group("audit")
def audit() -> None:
    """The trail of who changed what."""


@audit.command()
def verify() -> None:
    """Recompute the chain over all rows; fails at the first row that was changed, added or taken out."""
    app = open_app()
    with app.app_context():
        trail.chain()
        with db.read() as session:
            broken = trail.first_broken(session)
    if broken is not None:
        click.echo(f"broken at sequence {broken}")
        sys.exit(1)
    click.echo("whole")
