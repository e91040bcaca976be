"""`portal audit`: whether the trail of changes is whole."""

import sys

import click

from portal import db
from portal.audit import anchor
from portal.audit import service as trail
from portal.commands.opening import open_app


@click.group("audit")
def audit() -> None:
    """The trail of who changed what."""


@audit.command()
@click.option("--expect", multiple=True, metavar="HEAD", help="a head that was written down earlier; may be repeated")
def verify(expect: tuple[str, ...]) -> None:
    """Recompute the chain over all rows; fails at the first row that was changed, added or taken out.

    Rows that were cut off, and a trail that was written anew, are found by the head that is kept among the files, or
    by one that was written down: print it, and keep it elsewhere.
    """
    try:
        expected = [anchor.read(one) for one in expect]
    except ValueError as error:
        raise click.BadParameter(
            "a head looks like 17:0123…, 64 digits after the colon", param_hint="--expect"
        ) from error
    app = open_app()
    with app.app_context():
        trail.chain()
        with db.read() as session:
            broken, head = trail.first_broken(session), anchor.last(session)
            said = f"broken at sequence {broken}" if broken is not None else anchor.fault(session, *expected)
    if said:
        click.echo(said)
        sys.exit(1)
    click.echo("whole")
    if head:
        click.echo(f"head {head}")


@audit.command()
@click.option("--reason", required=True, help="why, for example which backup was restored")
def accept(reason: str) -> None:
    """Take the trail as the database holds it, after a backup was restored. The trail keeps the reason."""
    if not reason.strip():
        raise click.BadParameter("say why: the trail keeps it", param_hint="--reason")
    with open_app().app_context():
        with db.write() as session:
            trail.accept(session, reason.strip())
        trail.chain()
        with db.read() as session:
            if head := anchor.last(session):
                anchor.put(head)
