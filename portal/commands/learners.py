"""`portal learners`: the register of the old platform, and slips for people who cannot prove who they are."""

from pathlib import Path

import click
from flask_babel import force_locale

from portal import db
from portal.access import service as access
from portal.clock import now
from portal.commands.opening import open_app
from portal.errors import Refused
from portal.legacy import importing
from portal.legacy.importing import Outcome
from portal.people import codes
from portal.sheets import reading, repair
from portal.sheets.checking import Report
from portal.sheets.limits import OPERATOR


@click.group()
def learners() -> None:
    """Bring learners over from the old platform."""


@learners.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@click.option("--skip-bad", is_flag=True, help="Bring the good rows over although others are wrong.")
def import_(file: Path, dry_run: bool, skip_bad: bool) -> None:
    """Import a register (xlsx, xls, csv) with names, ID numbers, employers, and hours and certificates per year.

    Rows that are wrong are listed with all that is wrong with them and written beside FILE to be repaired; nothing is
    written to the database then, unless --skip-bad. What came over before is left alone, so it can be run again.
    """
    app = open_app()
    with app.app_context(), force_locale("en"):
        try:
            book = reading.read(file.read_bytes(), OPERATOR)
            home = app.extensions["portal_settings"].home_division
            outcome = importing.bring_over(book, home, now(), dry=dry_run, anyway=skip_bad, progress=_show)
        except Refused as refused:
            raise click.ClickException(str(refused.message)) from refused
        written = not dry_run and (skip_bad or not outcome.report.bad)
        _tell(outcome, written)
        _list(outcome.report, file, "to-repair")
        _list(importing.unproved(outcome), file, "without-phone")
    if outcome.report.bad and not skip_bad:
        raise click.exceptions.Exit(1)


@learners.command()
@click.option(
    "--login", prompt="ID number, phone or user name", hide_input=True, help="Better asked for: lists see it."
)
@click.option("--why", prompt="Why; the audit trail keeps it", help="What was looked at, and who asked.")
def slip(login: str, why: str) -> None:
    """Print a one-time code for somebody who has shown who they are: it sets a new password, once, for 14 days."""
    if not why.strip():
        raise click.BadParameter("Say why, and what was looked at: the audit trail keeps it.", param_hint="--why")
    app = open_app()
    with app.app_context(), force_locale("en"):
        with db.read() as session:
            account = access.find(session, login)
        if account is None or not account.active:
            raise click.ClickException("Nobody with an open account logs in with that.")
        with db.write() as session:
            code = codes.issue(session, account.id, codes.SLIP, now(), reason=why.strip()[:300])
        click.echo(f"{code}  to be entered at {app.extensions['portal_settings'].address}/reset")


def _show(done: int, of: int) -> None:
    click.echo(f"{done} of {of} people", err=True)


def _tell(outcome: Outcome, written: bool) -> None:
    """Numbers and rows, never names or numbers of people: terminals are logged."""
    titles = {column.key: column.title for _heading, column in outcome.report.headings}
    for line in outcome.report.bad:
        for problem in line.problems:
            click.echo(f"row {line.number}, {titles.get(problem.field, problem.field)}: {problem.message}")
    if outcome.report.ignored:
        click.echo(f"Columns nobody asked for: {', '.join(outcome.report.ignored)}")
    verb = "came over" if written else "would come over"
    click.echo(f"{outcome.people} people: {outcome.added} {verb}, {outcome.known} are here already.")
    click.echo(f"{outcome.credits} entries of hours {verb}; {len(outcome.report.bad)} rows are wrong.")
    if not written:
        click.echo("Nothing was written.")


def _list(report: Report, file: Path, name: str) -> None:
    if report.bad:
        target = file.with_name(f"{file.stem}.{name}.xlsx")
        target.touch(mode=0o600)
        target.chmod(0o600)
        target.write_bytes(repair.workbook(report))
        click.echo(f"{len(report.bad)} rows are listed in {target}")
