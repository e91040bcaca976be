"""What a table should look like: its columns with the names people give them. Names are data, kept in TOML files."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from portal.sheets.values import Value

Read = Callable[[Value], Any]
_NOISE = re.compile(r"[\s*:_\-·.。、()\[\]【】]+")
_ASIDE = re.compile(r"\(.*?\)|\[.*?\]|【.*?】")


def plain(heading: str) -> str:
    """A heading in the form headings are compared in: without spaces, stars, brackets and full-width forms."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", heading)).casefold()


def _without_asides(heading: str) -> str:
    """The same without what stands in brackets, which is often advice: 性别（男/女）."""
    return plain(_ASIDE.sub("", unicodedata.normalize("NFKC", heading)))


@dataclass(frozen=True)
class Column:
    """A column. `required`: it must be there and filled in every row.

    With a `pattern`, every heading that fits it belongs to this column; the row's value is then a dictionary from
    the groups of the pattern to the cells: {("2024", "专业"): 6000}.
    """

    key: str
    title: str
    read: Read
    names: frozenset[str] = frozenset()
    required: bool = False
    pattern: re.Pattern[str] | None = None

    def fits(self, heading: str) -> bool:
        """Whether a heading (already plain) is one of this column's."""
        return heading in self.names or self.caught(heading) is not None

    def caught(self, heading: str) -> tuple[str, ...] | None:
        """What the pattern catches of a heading, or None where there is no pattern or it does not fit."""
        found = self.pattern.fullmatch(heading) if self.pattern else None
        return found.groups() if found else None


@dataclass(frozen=True)
class Layout:
    """The columns of a table, in the order of its template."""

    columns: tuple[Column, ...]

    def named(self, headings: Mapping[str, str]) -> "Layout":
        """The same where further headings name columns: by column key, as somebody said by hand."""
        more = {key: frozenset([plain(heading)]) for key, heading in headings.items()}
        return Layout(tuple(replace(one, names=one.names | more.get(one.key, frozenset())) for one in self.columns))

    def find(self, heading: str) -> tuple[Column, str] | None:
        """The column a heading names and the heading in the form it was recognised by, or None."""
        for wanted in (plain(heading), _without_asides(heading)):
            for column in self.columns:
                if wanted and column.fits(wanted):
                    return column, wanted
        return None


def load(path: Path, readers: Mapping[str, Read]) -> Layout:
    """A layout from a TOML file: a table per column with title, names, required, pattern. `readers` by column key.

    :raises KeyError: a column has no reader.
    """
    columns = []
    for key, about in tomllib.loads(path.read_text("utf-8")).items():
        names = frozenset(plain(name) for name in (about["title"], *about.get("names", ())))
        pattern = re.compile(about["pattern"]) if "pattern" in about else None
        columns.append(Column(key, about["title"], readers[key], names, about.get("required", False), pattern))
    return Layout(tuple(columns))
