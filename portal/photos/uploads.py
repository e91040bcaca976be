"""Reading an uploaded file no further than its limit."""

from flask import request

from portal.photos.checks import BYTES_MOST


def read(field: str) -> bytes:
    """The bytes of an uploaded file, at most one more than is allowed; nothing for an empty field."""
    file = request.files.get(field)
    return file.stream.read(BYTES_MOST + 1) if file else b""
