"""The reading child: a file on standard input, its cells as JSON on standard output. Started by reading.py.

It has no settings, no database and no secrets; it limits itself before it looks at the first byte.
"""

import json
import resource
import sys
from collections.abc import Iterator
from itertools import chain

from portal.sheets import archive, content, engines
from portal.sheets.limits import Limits
from portal.sheets.unfit import Unfit


def main() -> None:
    """`python -m portal.sheets.child LIMITS CAREFUL`: the answer is {"tabs": [...]} or {"unfit": code}."""
    most, careful = Limits(**json.loads(sys.argv[1])), sys.argv[2] == "careful"
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (most.cpu, most.cpu))
    resource.setrlimit(resource.RLIMIT_AS, (most.memory, most.memory))
    try:
        for piece in _answer(sys.stdin.buffer.read(), most, careful):
            sys.stdout.write(piece)
    except Unfit as unfit:  # nothing of the answer has been written: it is made first
        sys.stdout.write(json.dumps({"unfit": unfit.code}))


def _answer(data: bytes, most: Limits, careful: bool) -> list[str]:
    kind, mark, hidden = content.recognise(data), "", False
    if kind == "zip":
        look = archive.examine(data, most)
        mark, hidden = look.mark, look.hidden
        odf = b"opendocument.spreadsheet" in data[:200]
        exact = (careful or look.errors or look.formulas) and not odf
        tabs = engines.openpyxl(data, look.formulas) if exact else engines.calamine(data)
    else:
        tabs = engines.compound(data) if kind == "ole" else engines.text(data)
    pieces = ['{"mark":', json.dumps(mark), ',"hidden":', json.dumps(hidden), ',"tabs":[']
    size, count, separator = 0, 0, ""
    for name, visible, rows, merged in tabs:
        about = json.dumps({"name": name, "visible": visible, "merged": merged})
        pieces.append(f"{separator}[{about},[")
        for piece in _written(rows):
            size, count = size + len(piece), count + 1
            if count > most.rows + 100:  # titles and notes stand around the table
                raise Unfit("too_many_rows")
            if size > most.answer:
                raise Unfit("too_large")
            pieces.append(piece)
        pieces.append("]]")
        separator = ","
    return list(chain(pieces, ["]}"]))


def _written(rows: Iterator[engines.Row]) -> Iterator[str]:
    separator = ""
    for row in rows:
        yield separator + json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        separator = ","


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
    main()
