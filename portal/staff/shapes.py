"""How values read on staff screens: on a page, in an export and in JSON. Personal numbers are masked in all three."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from portal import clock
from portal.web import formats

NOTHING = "–"  # a cell without a value


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.local(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


@dataclass(frozen=True)
class Shape:
    """`page` makes what stands in a table (Markup is not escaped), `text` a cell of an export, `json` a REST value."""

    page: Callable[[Any], Any] = _text
    text: Callable[[Any], str] = _text
    json: Callable[[Any], Any] = _json
    numeric: bool = False  # right-aligned, equal digits

    def cell(self, value: Any) -> Any:
        """The value in a table; an absent one is a dash."""
        return NOTHING if value is None or value == "" else self.page(value)


def _clip(value: Any) -> Markup:
    said = escape(value)
    return Markup(f'<span class="x-clip" title="{said}">{said}</span>')  # noqa: S704 - escaped above


def _code(value: Any) -> Markup:
    return Markup(f'<span class="x-id">{escape(value)}</span>')  # noqa: S704 - escaped here


def _figures(text: str) -> Markup:
    return Markup(f'<span class="x-tn">{text}</span>')  # noqa: S704 - digits and dashes of our own


def _money(fen: int) -> Markup:
    whole, _, rest = formats.money(fen).partition(".")
    return Markup('<span class="x-money"><i>¥</i><b>{}</b><s>.{}</s></span>').format(whole, rest)


def _moment(value: datetime) -> str:
    return clock.local(value).strftime("%Y-%m-%d %H:%M:%S")


def _masking(mask: Callable[[str | None], str]) -> Shape:
    return Shape(lambda value: _code(mask(value)), lambda value: mask(value) if value else "", mask)


def _kept(value: Any) -> str:
    """Data of the audit trail: what changed, as name and value."""
    return " · ".join(f"{key}: {said}" for key, said in dict(value).items())


TEXT = Shape()
CLIP = Shape(_clip)
CODE = Shape(_code)
NUMBER = Shape(numeric=True)
HOURS = Shape(lambda value: f"{value / 100:.2f}", lambda value: f"{value / 100:.2f}", numeric=True)
MONEY = Shape(_money, lambda fen: f"{fen / 100:.2f}", numeric=True)
MOMENT = Shape(lambda value: _figures(formats.short_moment(value)), _moment)
DAY = Shape(lambda value: _figures(value.isoformat()), _json)
MASKED = _masking(formats.masked)
PHONE = _masking(formats.masked_phone)
DATA = Shape(lambda value: _clip(_kept(value)), _kept, lambda value: value)


def words(known: Mapping[Any, object]) -> Shape:
    """A key as its words: {"major": _l("Professional")}. Unknown keys stand as they are."""
    return Shape(lambda value: escape(str(known.get(value, value))), lambda value: str(known.get(value, value)))


def states(known: Mapping[Any, tuple[object, str]]) -> Shape:
    """A state as a tag: {"paid": (_l("Paid"), "ok")}. Kinds of tags: ok, run, wait, bad, plain."""

    def tag(value: Any) -> Markup:
        said, kind = known.get(value, (value, "plain"))
        return Markup('<span class="x-tag {}">{}</span>').format(kind, said)

    return Shape(tag, lambda value: str(known.get(value, (value, ""))[0]))


YES_NO = words({True: _l("Yes"), False: _l("No")})
