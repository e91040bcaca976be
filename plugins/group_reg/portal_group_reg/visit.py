"""Who is here: an approved organisation, and rosters of its own."""

import secrets

from flask import request

from portal.kit import (
    Elsewhere,
    Forbidden,
    NotFound,
    Organisation,
    Problem,
    Refused,
    _l,
    clock,
    current_organisation,
    current_storage,
    db,
)
from portal_group_reg import states
from portal_group_reg.models import Batch

BYTES_MOST = 10 * 1024 * 1024
_LARGE = _l("The file is larger than %(count)s MB.", count=BYTES_MOST // 1024**2)


def here() -> Organisation:
    """The organisation this login acts for. :raises Elsewhere: it waits for its review."""
    try:
        found: Organisation = current_organisation()
    except Forbidden:  # it stands on the register already and is claimed by this login
        raise Elsewhere("people.organisation") from None
    if found.state != "approved":
        raise Elsewhere("people.organisation")
    return found


def own(batch_id: int) -> Batch:
    """A roster of the visitor. :raises NotFound: unknown, dropped, or another organisation's."""
    organisation, found = here(), db.reader().get(Batch, batch_id)
    if found is None or found.organisation_id != organisation.id or found.state == states.DROPPED:
        raise NotFound(f"roster {batch_id}")
    return found


def upload() -> tuple[str, str]:
    """Stores the file of the form: its name and its key.

    :raises Refused: none was chosen, or it is too large.
    """
    file = request.files.get("file")
    data = file.stream.read(BYTES_MOST + 1) if file and file.filename else b""
    if not data:
        raise _refused(_l("Choose the spreadsheet."))
    if len(data) > BYTES_MOST:
        raise _refused(_LARGE)
    key = f"rosters/{clock.now():%Y/%m}/{secrets.token_hex(16)}"
    current_storage().put(key, data, personal=True)
    return str(file.filename if file else ""), key


def _refused(sentence: object) -> Refused:
    return Refused(sentence, [Problem(sentence, "file")])
