"""Spreadsheets as people and attackers make them, built in memory."""

import io
import struct
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook

HEADINGS = ("姓名", "身份证号", "单位", "学时")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = f'<worksheet xmlns="{MAIN}"><sheetData>%s</sheetData></worksheet>'


def row(number: int = 0, **other: Any) -> list[Any]:
    """A right row; the number makes the person another one."""
    values = {"name": "周晓岚", "id": f"13020819870312{number:03d}X", "employer": "唐山市第一中学", "hours": "60"}
    return list({**values, **other}.values())


def xlsx(rows: Iterable[Sequence[Any]], title: str = "名单", before: Iterable[Sequence[Any]] = ()) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for values in (*before, HEADINGS, *rows):
        sheet.append(list(values))
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def packed(sheet: str | bytes = SHEET % "", extra: dict[str, bytes] | None = None, strings: str = "") -> bytes:
    """A workbook of one sheet, part by part: what no library would write."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" '
        f'ContentType="application/xml"/><Default Extension="rels" ContentType="application/'
        f'vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{_TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{_TYPE}.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" '
        f'ContentType="{_TYPE}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_LINKS}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_LINKS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_LINKS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": strings or f'<sst xmlns="{MAIN}"><si><t>a</t></si></sst>',
    }
    return zipped({**parts, **(extra or {})})


def zipped(parts: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def inline(*rows: Sequence[str]) -> str:
    """Rows of texts as they stand inside a sheet's XML."""
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in rows[0]) if len(rows) == 1 else ""
    return f"<row>{cells}</row>" if cells else "".join(inline(one) for one in rows)


def ods(rows: Sequence[Sequence[str]]) -> bytes:
    cells = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{t}</text:p></table:table-cell>' for t in one)
        + "</table:table-row>"
        for one in rows
    )
    names = "".join(
        f' xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{key}:1.0"' for key in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content{names} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": "<manifest/>"})


def xls(rows: Sequence[Sequence[str | float]], stream: str = "Workbook", *, old: bool = False) -> bytes:
    """A BIFF8 workbook in its compound file, as Excel 97 and WPS (.et) keep one; `old`: BIFF5 in GBK, as Excel 95."""
    version = 0x500 if old else 0x600
    book = _record(0x809, struct.pack("<HHHHII", version, 5, 0, 0, 0, 0)) + _record(
        0x42, struct.pack("<H", 936 if old else 1200)
    )
    sheet = _record(0x809, struct.pack("<HHHHII", version, 0x10, 0, 0, 0, 0))
    for down, cells in enumerate(rows):
        for across, value in enumerate(cells):
            place = struct.pack("<HHH", down, across, 0)
            if isinstance(value, str):
                if old:
                    text = struct.pack("<H", len(value.encode("gbk"))) + value.encode("gbk")
                else:
                    text = struct.pack("<HB", len(value), 1) + value.encode("utf-16le")
                sheet += _record(0x204, place + text)
            else:
                sheet += _record(0x203, place + struct.pack("<d", value))
    sheet += _record(0x0A, b"")
    end = _record(0x0A, b"")
    name = b"\1S" if old else b"\1\0S"
    start = len(book) + 4 + 6 + len(name) + len(end)
    book += _record(0x85, struct.pack("<IH", start, 0) + name) + end
    assert len(book) == start
    return _compound(book + sheet, stream)


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _compound(stream: bytes, name: str) -> bytes:
    """One stream in a compound file: header, allocation table, directory, then the stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * (108 * 4)
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    root = _entry("Root Entry", 5, 0xFFFFFFFE, 0, 1)
    return header + table + root + _entry(name, 2, 2, len(stream), -1) + _entry("", 0, 0, 0, -1) * 2 + stream


def _entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    coded = name.encode("utf-16le")
    head = coded.ljust(64, b"\0") + struct.pack("<HBB", len(coded) + 2 if name else 0, kind, 1)
    links = struct.pack("<iii", -1, -1, child)
    return head + links + b"\0" * 36 + struct.pack("<IQ", start & 0xFFFFFFFF, size)
