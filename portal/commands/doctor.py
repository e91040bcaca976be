"""`portal doctor`: what keeps this site from working, a line each."""

import sys

import click
from pydantic import ValidationError

from portal import doctor as checks
from portal.app import create_app
from portal.clock import now
from portal.commands.opening import faults
from portal.doctor import FAIL, OK, WARN, Finding
from portal.errors import Misconfigured
from portal.settings import load

COLOURS = {OK: "green", WARN: "yellow", FAIL: "red"}


@click.command()
def doctor() -> None:
    """Check settings, database, storage, assets, plugins, jobs and the audit trail. Fails when one of them does."""
    found = list(_findings())
    for one in found:
        click.echo(f"{click.style(f'{one.level:4}', COLOURS[one.level])}  {one.subject:9} {one.text}")
    if any(one.level == FAIL for one in found):
        sys.exit(1)


def _findings() -> list[Finding]:
    try:
        app = create_app(load())
    except Misconfigured as error:
        return [Finding(FAIL, "settings", str(error))]
    except ValidationError as error:
        return [Finding(FAIL, "settings", text) for text in faults(error)]
    with app.app_context():
        return list(checks.examine(now()))
