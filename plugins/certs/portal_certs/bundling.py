"""Files of many documents: a ZIP of the issued files, or their pages in one file for the printer."""

import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from portal.kit import JobContext, NotFound, clock, current_storage, db, delete_after
from portal_certs import fonts, reading, render, service, states, variables
from portal_certs.layout import Layout
from portal_certs.models import Batch, Document
from portal_certs.service.batches import PRINT_FILE, storage_key
from portal_certs.snapshot import Snapshot

DROP = "certs.drop_batches"
STEP = 20  # documents between two reports of progress
LONGEST = 100  # characters of a name in a ZIP
_UNFIT = re.compile(r'[\x00-\x1f\\/:*?"<>|\u2028\u2029\u202a-\u202e]')


def make(context: JobContext) -> None:
    """Writes the file of a batch. Run again, it begins anew and leaves one file."""
    with db.read() as session:
        batch = session.get(Batch, context.payload["batch_id"])
    if batch is None or batch.storage_key:
        return
    fonts.warm()
    key = storage_key()
    with current_storage().writing(key) as out:
        (_print if batch.kind == PRINT_FILE else _zip)(out, batch, _documents(batch, context))
    with db.write() as session:
        if session.get(Batch, batch.id) is None:
            delete_after(session, [key])
        else:
            service.advance_batch(session, batch.id, len(batch.documents))
            service.finish_batch(session, batch.id, key)


def drop_old(context: JobContext) -> None:
    """Removes files whose time is over, with their rows."""
    with db.write() as session:
        for batch in reading.expired(session, context.moment):
            delete_after(session, [batch.storage_key] if batch.storage_key else [])
            service.drop_batch(session, batch)


def _documents(batch: Batch, context: JobContext) -> Iterator[tuple[Document, Snapshot]]:
    """The documents that are still valid by now, in their order, with progress booked on the way."""
    for done, document_id in enumerate(batch.documents):
        if done % STEP == 0:
            context.progress(done, len(batch.documents))
            with db.write() as session:
                service.advance_batch(session, batch.id, done)
        with db.read() as session:
            document = session.get_one(Document, document_id)
            said = reading.content(document)
            _ = document.template.layout  # read while the session is open
        if document.state == states.ISSUED:
            yield document, said


def _zip(out: BinaryIO, batch: Batch, documents: Iterator[tuple[Document, Snapshot]]) -> None:
    """PDF files are compressed already, so they are only put together."""
    taken: set[str] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for document, said in documents:
            assert document.storage_key
            name = file_name(batch.pattern, said, document.number)
            if name.casefold() in taken:
                name = f"{name} {document.number}"
            taken.add(name.casefold())
            entry = zipfile.ZipInfo(f"{name}.pdf", clock.local(document.issued_at).timetuple()[:6])
            archive.writestr(entry, current_storage().get(document.storage_key))


def file_name(pattern: str, said: Snapshot, number: str) -> str:
    """A name that every system takes; the number where nothing is left of it."""
    filled = _UNFIT.sub(" ", variables.fill(pattern, said, number))
    return " ".join(filled.split()).strip(". ")[:LONGEST] or number


def _print(out: BinaryIO, _batch: Batch, documents: Iterator[tuple[Document, Snapshot]]) -> None:
    layouts: dict[int, Layout] = {}
    render.print_file(out, (_printed(document, said, layouts) for document, said in documents), clock.now())


def _printed(document: Document, said: Snapshot, layouts: dict[int, Layout]) -> render.Printed:
    if document.template_id not in layouts:
        layouts[document.template_id] = Layout.model_validate(document.template.layout)
    try:
        photo = current_storage().get(said.photo_key) if said.photo_key else b""
    except NotFound:  # retention has removed it; the issued file still has it
        photo = b""
    return render.Printed(layouts[document.template_id], said, document.number, photo)
