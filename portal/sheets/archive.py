"""A workbook is a zip archive: looked over before any library opens it, and unpacked no further than its limits.

A directory may lie about sizes, so what counts is what comes out while unpacking.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from portal.sheets import limits
from portal.sheets.limits import MIB, Limits
from portal.sheets.unfit import Unfit

MARK = "xueshi-mark"  # name of the document property that ties a file to the upload it repairs
_END, _END64 = b"PK\x05\x06", b"PK\x06\x07"
_MARKED = re.compile(rb'name="' + MARK.encode() + rb'"[^>]*>\s*<(?:\w+:)?lpwstr[^>]*>([^<]{0,200})<')
_ERROR = re.compile(rb'<(?:\w+:)?c\b[^>]{0,200}\bt="e"')
_NO_VALUE = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]{0,400}/>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_HIDDEN = re.compile(rb'<(?:\w+:)?row\b[^>]{0,300}\bhidden="(?:1|true)"')
_OVERLAP = 1024  # longer than anything looked for, so nothing hides at the edge of a block
_PICTURES = ("xl/media/", "Pictures/", "Thumbnails/", "docProps/thumbnail")  # never unpacked


@dataclass(frozen=True)
class Look:
    """What was seen: cells with an error, formulas nobody has calculated, hidden rows, the mark if there is one."""

    errors: bool
    formulas: bool
    hidden: bool
    mark: str


def examine(data: bytes, most: Limits) -> Look:
    """Looks a workbook over.

    :raises Unfit: too many or too large parts, macros, a password, declarations that expand, or no workbook at all.
    """
    _directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _names(entries)
            return _contents(archive, entries, most)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise Unfit("damaged") from error


def _directory(data: bytes) -> None:
    """Reads the end record alone: a hundred thousand entries cost nothing yet."""
    end = data.rfind(_END, max(0, len(data) - 65_557))
    if end < 0 or len(data) < end + 22:
        raise Unfit("damaged")
    count, size = struct.unpack_from("<HI", data, end + 10)
    if count > limits.ENTRIES or size > limits.DIRECTORY or data[max(0, end - 20) : end].startswith(_END64):
        raise Unfit("too_large")


def _names(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if any("vbaproject" in name.lower() for name in names):
        raise Unfit("macros")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unfit("password")
    if not any(name.endswith("workbook.xml") or name == "content.xml" for name in names):
        raise Unfit("no_table")
    strange = any("\\" in name or name.startswith("/") or ".." in name.split("/") for name in names)
    packed = any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries)
    if strange or packed or len(set(names)) < len(names):
        raise Unfit("damaged")


def _contents(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], most: Limits) -> Look:
    errors = formulas = hidden = False
    mark, total = "", 0
    for entry in entries:
        if entry.filename.startswith(_PICTURES):
            continue
        sheet = entry.filename.startswith("xl/worksheets/")
        for block in _blocks(archive, entry, min(_largest(entry.filename, most), most.unpacked - total)):
            if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
                raise Unfit("damaged")
            if sheet:  # the plain search first: it is many times faster
                errors = errors or (b't="e"' in block and _ERROR.search(block) is not None)
                hidden = hidden or (b'hidden="' in block and _HIDDEN.search(block) is not None)
                formulas = formulas or (_has_formula(block) and _NO_VALUE.search(block) is not None)
            if entry.filename == "docProps/custom.xml" and (found := _MARKED.search(block)):
                mark = unescape(found[1].decode("utf-8", "replace"))
        total += entry.file_size
    return Look(errors, formulas, hidden, mark)


def _has_formula(block: bytes) -> bool:
    return b"<f" in block or b":f" in block


def _blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """A part in blocks that overlap. `most` bytes are unpacked, no more."""
    kept, count = b"", 0
    with archive.open(entry) as part:
        while block := part.read(MIB):
            count += len(block)
            if count > most:
                raise Unfit("too_large")
            if not kept and b"\0" in block[:64] and entry.filename.endswith((".xml", ".rels")):
                raise Unfit("damaged")  # UTF-16 would hide what is looked for
            yield kept + block
            kept = block[-_OVERLAP:]


def _largest(name: str, most: Limits) -> int:
    if name.startswith("xl/worksheets/") or name == "content.xml":
        return most.sheet
    if name.endswith("sharedStrings.xml"):
        return min(limits.STRINGS * (most.sheet // (64 * MIB)), most.sheet)
    return limits.STYLES if name.endswith("styles.xml") else limits.OTHER
