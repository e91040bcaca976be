"""`portal roster check`: what a page would say about a file, without writing anything."""

import json
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from portal.kit import Refused, TrainingClass, db, read_sheets
from portal_group_reg import roster, standing, terms


@click.group("roster")
def command() -> None:
    """Rosters of group registration."""


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--class", "class_id", type=int, help="Number of the class, as staff see it in its address.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON: verdict, good rows, codes by row.")
def check(file: Path, class_id: int | None, as_json: bool) -> None:
    """Check FILE as the upload page would. Ends with 1 when the file is refused as a whole."""
    with db.read() as session:
        chosen = session.get(TrainingClass, class_id) if class_id else None
        if class_id and chosen is None:
            raise click.ClickException("There is no such class.")
        found = verdict(session, file.read_bytes(), chosen)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo(f"{found['verdict']}: {found['ok']} rows are right")
        for row, codes in found["errs"].items():
            click.echo(f"{row}: {', '.join(codes)}")
    if found["verdict"] == "refuse":
        raise SystemExit(1)


def verdict(session: Session, data: bytes, chosen: TrainingClass | None) -> dict[str, Any]:
    """{"verdict": accept | partial | refuse, "ok": good rows, "errs": codes by row, or by "file"}."""
    judged = terms.of_class(session, chosen)
    try:
        checked = roster.read(read_sheets(data), judged.rows)
    except Refused as refused:
        return {"verdict": "refuse", "ok": 0, "errs": {"file": [problem.code for problem in refused.problems]}}
    errs = {str(line.number): list(dict.fromkeys(one.code for one in line.problems)) for line in checked.report.bad}
    known = standing.find(session, judged.people, checked.entries)
    for entry in checked.entries:
        if told := standing.visible(judged.people, entry, known.get(entry.number)):
            errs[str(entry.number)] = [told.code]
    ok = len(checked.report.lines) - len(errs)
    return {"verdict": "partial" if errs else "accept", "ok": ok, "errs": errs}
