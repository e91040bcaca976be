"""What a file is, by its bytes; its name and extension prove nothing."""

import codecs

from portal.sheets.unfit import Unfit

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED, _MACROS = "EncryptedPackage".encode("utf-16le"), "_VBA_PROJECT".encode("utf-16le")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16 does
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DELIMITERS = "\t,;，|"


def recognise(data: bytes) -> str:
    """Kind of a file: "zip" (xlsx, ods), "ole" (xls, et) or "text" (csv).

    :raises Unfit: empty, encrypted, with macros, a web page, or nothing a clerk would call a table.
    """
    if not data.strip(b"\0 \r\n\t"):
        raise Unfit("empty")
    if data.startswith(ZIP):
        return "zip"
    if data.startswith(OLE):
        if _ENCRYPTED in data:
            raise Unfit("password")
        if _MACROS in data:
            raise Unfit("macros")
        return "ole"
    if data.lstrip(codecs.BOM_UTF8 + b" \r\n\t")[:1] == b"<":
        raise Unfit("web_page")
    if b"\0" in data[:4096] and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unfit("no_table")
    return "text"


def decode(data: bytes) -> str:
    """The text of a CSV file: by its mark, else UTF-8, else GB 18030, which holds GBK. Guessing further is worse.

    :raises Unfit: none of them fits.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data, encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(data, "gb18030")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unfit("no_table") from error


def delimiter(text: str) -> str:
    """The sign between the cells: the most frequent one of the first lines."""
    head = "\n".join(text.splitlines()[:5])
    return max(DELIMITERS, key=head.count)
