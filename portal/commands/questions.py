"""`portal questions`: the question bank as spreadsheets."""

from pathlib import Path

import click
from flask_babel import force_locale
from sqlalchemy import select

from portal import db
from portal.assessment import bank
from portal.catalogue.models import Course
from portal.commands.opening import open_app
from portal.errors import Refused
from portal.sheets import reading, repair, writing
from portal.sheets.limits import OPERATOR


@click.group()
def questions() -> None:
    """Bring questions in, hand them out."""


@questions.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@click.option("--skip-bad", is_flag=True, help="Add the good rows although others are wrong.")
def import_(file: Path, dry_run: bool, skip_bad: bool) -> None:
    """Add the questions of a spreadsheet (xlsx, xls, csv) to the bank.

    Rows that are wrong are listed with all that is wrong with them and written beside FILE to be repaired; nothing is
    added then, unless --skip-bad. Questions that are there already are left alone, so it can be run again.
    """
    app = open_app()
    with app.app_context(), force_locale("en"):
        try:
            book = reading.read(file.read_bytes(), OPERATOR)
            with db.write() as session:
                outcome = bank.bring_in(session, book, None, dry=dry_run, anyway=skip_bad)
        except Refused as refused:
            raise click.ClickException(str(refused.message)) from refused
        for line in outcome.report.bad:
            for problem in line.problems:
                click.echo(f"row {line.number}, {problem.field}: {problem.message}")
        if outcome.report.bad:
            target = file.with_name(f"{file.stem}.to-repair.xlsx")
            target.write_bytes(repair.workbook(outcome.report))
            click.echo(f"{len(outcome.report.bad)} rows are listed in {target}")
        written = not dry_run and (skip_bad or not outcome.report.bad)
        verb = "were added" if written else "would be added"
        click.echo(f"{outcome.added} questions {verb}, {outcome.known} are here already.")
        if not written:
            click.echo("Nothing was written.")
    if outcome.report.bad and not skip_bad:
        raise click.exceptions.Exit(1)


@questions.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--course", default="", help="Number of one course; all without it.")
def export(file: Path, course: str) -> None:
    """Write the bank into an .xlsx that `import` reads again."""
    app = open_app()
    with app.app_context(), db.read() as session:
        course_id = session.scalar(select(Course.id).where(Course.code == course)) if course else None
        if course and course_id is None:
            raise click.ClickException("No course has this number.")
        file.write_bytes(writing.workbook("questions", bank.headings(), bank.rows(session, course_id)))
    click.echo(f"Written to {file}")
