"""`portal documents`: checking the stored files against the register, and correcting or revoking by number."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.orm import Session

from portal.kit import NotFound, PortalError, clock, current_storage, db
from portal_certs import numbering, reading, render, sample, service, states
from portal_certs.layout import Layout, supplied
from portal_certs.models import Document
from portal_certs.snapshot import Office

_REASONS = click.Choice(sorted(states.REASONS))


@click.group()
def documents() -> None:
    """Certificates and proofs: check, correct, revoke, preview."""


@documents.command()
def verify() -> None:
    """Compare every stored file with the fingerprint in the register. Ends with 1 when one differs or is gone."""
    wrong, count = 0, 0
    with db.read() as session:
        for document in reading.stored(session):
            count += 1
            for fault in _faults(document):
                wrong += 1
                click.echo(f"{document.number}: {fault}")
    click.echo(f"{count} files, {wrong} wrong")
    if wrong:
        raise SystemExit(1)


@documents.command()
@click.argument("number")
@click.option("--reason", type=_REASONS, required=True, help="shown to whoever checks the old number")
def reissue(number: str, reason: str) -> None:
    """Replace a certificate by one with today's name, ID number, employer and photo."""
    with _refusing(), db.write() as session:
        fresh = service.reissue(session, _find(session, number), reason, None, Office.current(), clock.now())
    click.echo(f"{number} is replaced by {fresh.number}, which is being printed")


@documents.command()
@click.argument("number")
@click.option("--reason", type=_REASONS, required=True, help="shown to whoever checks the number")
def revoke(number: str, reason: str) -> None:
    """Take a document back. Its number stays and says so."""
    with _refusing(), db.write() as session:
        service.revoke(session, _find(session, number), reason, None, clock.now())
    click.echo(f"{number} is revoked")


@documents.command()
@click.argument("kind", type=click.Choice([numbering.CERTIFICATE, numbering.PROOF]))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def preview(kind: str, file: Path) -> None:
    """Print an invented document in the layout in use, with long values."""
    with db.read() as session:
        template = reading.newest_template(session, kind)
    layout = Layout.model_validate(template.layout if template else supplied(kind))
    file.write_bytes(render.render(layout, sample.SAMPLE, sample.NUMBER, b"", clock.now()))
    click.echo(f"{file} is written")


def _faults(document: Document) -> Iterator[str]:
    assert document.storage_key
    try:
        data = current_storage().get(document.storage_key)
    except NotFound:
        yield "the file is gone"
    else:
        if hashlib.sha256(data).hexdigest() != document.sha256:
            yield "the file was changed"


def _find(session: Session, typed: str) -> Document:
    number = numbering.read(typed)
    document = reading.by_number(session, number) if number else None
    if document is None:
        raise click.ClickException(f"no document has the number {typed}")
    return document


@contextmanager
def _refusing() -> Iterator[None]:
    """A refusal of the service as a sentence on the terminal."""
    try:
        yield
    except PortalError as refused:
        raise click.ClickException(str(refused.message)) from refused
