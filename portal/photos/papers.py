"""A picture of a document somebody sends as evidence: redrawn like an ID photo, but of any shape."""

import io

from flask_babel import lazy_gettext as _l
from PIL import Image

from portal.errors import Refused
from portal.photos import checks
from portal.photos.checks import BYTES_MOST, Checked
from portal.types import Problem

LONGEST, SHORTEST = 2400, 300  # pixels


def redraw(data: bytes, field: str) -> Checked:
    """The picture as a JPEG without anything else that was in the file.

    :raises Refused: one problem at `field`, in words.
    """
    if len(data) > BYTES_MOST:
        raise _refused(_l("The picture is larger than 5 MB. Save it smaller and upload it again."), field)
    try:
        image = checks.upright(checks.opened(data))
    except Refused as refused:
        raise _refused(refused.message, field) from refused
    if max(image.size) < SHORTEST:
        raise _refused(_l("The picture is too small to read. Take it again."), field)
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    clean = Image.new("RGB", image.size)
    clean.paste(image)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=85, optimize=True)
    return Checked(out.getvalue(), *clean.size)


def _refused(sentence: object, field: str) -> Refused:
    return Refused(sentence, [Problem(sentence, field)])
