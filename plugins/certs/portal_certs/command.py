"""`portal documents`: checking the stored files, correcting or revoking by number, the key that signs."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from cryptography.fernet import InvalidToken
from cryptography.x509 import Certificate
from sqlalchemy.orm import Session

from portal.kit import NotFound, PortalError, clock, current_storage, db
from portal_certs import keys, numbering, reading, render, sample, service, states
from portal_certs.layout import Layout, supplied
from portal_certs.models import Document
from portal_certs.snapshot import Office

_REASONS = click.Choice(sorted(states.REASONS))


@click.group()
def documents() -> None:
    """Certificates and proofs: check, correct, revoke, preview."""


@documents.command()
def verify() -> None:
    """Compare every stored file with the fingerprint in the register, and check its signature.

    Ends with 1 when one differs or is gone, or its signature does not hold.
    """
    wrong, count, signatures = 0, 0, keys.known()
    with db.read() as session:
        for document in reading.stored(session):
            count += 1
            for fault in _faults(document, signatures):
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
@click.argument("kind", type=click.Choice([numbering.CERTIFICATE, *numbering.PLACES]))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def preview(kind: str, file: Path) -> None:
    """Print an invented document in the layout in use, with long values."""
    with db.read() as session:
        template = reading.newest_template(session, kind)
    layout = Layout.published(template.layout if template else supplied(kind))
    file.write_bytes(render.render(layout, sample.invented(), sample.NUMBER, b"", clock.now()))
    click.echo(f"{file} is written")


@documents.command()
def schema() -> None:
    """The JSON Schema of layouts, for whoever writes one with an editor."""
    click.echo(json.dumps(Layout.model_json_schema(), ensure_ascii=False, indent=1))


@documents.command("make-key")
@click.option("--replace", is_flag=True, help="also when there is one; its certificate is kept to know old signatures")
def make_key(replace: bool) -> None:
    """Make the key that signs documents, certified by an authority of this site's own."""
    try:
        keys.make(clock.now(), replacing=replace)
    except FileExistsError as error:
        raise click.ClickException(f"{keys.file()} is there already; --replace makes another one") from error
    signer = keys.current()
    assert signer is not None
    click.echo(f"{keys.file()} is written; SHA-256 of its certificate: {signer.fingerprint}")


def _faults(document: Document, signatures: Sequence[Certificate]) -> Iterator[str]:
    from portal_certs import pades

    assert document.storage_key
    try:
        data = current_storage().get(document.storage_key)
    except NotFound:
        yield "the file is gone"
    except InvalidToken:
        yield "the file was changed, or the key it was sealed with is gone"
    else:
        if hashlib.sha256(data).hexdigest() != document.sha256:
            yield "the file was changed"
        elif pades.judge(data, signatures) not in (pades.HOLDS, pades.NONE):
            yield "its signature does not hold"


def _find(session: Session, typed: str) -> Document:
    document = reading.by_number(session, typed)
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
