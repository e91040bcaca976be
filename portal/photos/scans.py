"""An uploaded proof (a bank's slip): a picture is drawn anew, a PDF is only looked at from outside.

Kept under a name of our own and never opened by the browser: whoever fetches it downloads it.
"""

import io
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps, UnidentifiedImageError

from portal.errors import Refused
from portal.photos import checks
from portal.types import Problem

BYTES_MOST = 5 * 1024 * 1024
PIXELS_MOST = 40_000_000  # refused from the header, before anything is unpacked
SIDE_MOST = 2400
QUALITY = 85


@dataclass(frozen=True)
class Scan:
    """A proof that passed: JPEG without metadata, or the PDF as it came. suffix: jpg | pdf."""

    data: bytes
    suffix: str


def check_scan(data: bytes, field: str) -> Scan:
    """Judges a proof. :raises Refused: one problem at `field`, in words."""
    if not data:
        raise _refused(_l("Choose a file."), field)
    if len(data) > BYTES_MOST:
        raise _refused(_l("The file is larger than 5 MB. Save it smaller and upload it again."), field)
    if data.startswith(b"%PDF-"):
        if b"%%EOF" not in data[-2048:]:
            raise _refused(_l("The PDF is damaged or incomplete. Save it again and upload it."), field)
        return Scan(data, "pdf")
    return Scan(_redrawn(data, field), "jpg")


def _redrawn(data: bytes, field: str) -> bytes:
    try:
        image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
        if image.width * image.height > PIXELS_MOST:
            raise _refused(_l("The picture has too many pixels. Save it smaller and upload it again."), field)
        if image.format == "JPEG" and checks.too_many_passes(data):
            raise _refused(_l("The picture is damaged or incomplete. Save it again and upload it."), field)
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _refused(_l("The picture has too many pixels. Save it smaller and upload it again."), field) from error
    except UnidentifiedImageError as error:
        raise _refused(_l("The file is no JPEG, PNG or PDF, whatever its name says."), field) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise _refused(_l("The picture is damaged or incomplete. Save it again and upload it."), field) from error
    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((SIDE_MOST, SIDE_MOST))
    clean = Image.new("RGB", upright.size, "white")  # carries none of the file's comments and profiles
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _refused(sentence: object, field: str) -> Refused:
    return Refused(sentence, [Problem(sentence, field)])
