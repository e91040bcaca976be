"""缴费通知单: what an accountant is handed to make the transfer by. One A4 page, longer only for long orders."""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from portal.kit import FONTS, Order, _, formats, ngettext
from portal_pay_transfer.capitals import capitals

INK, RULE, PALE = HexColor("#1d2129"), HexColor("#8a919f"), HexColor("#f2f3f5")
WIDTH = 170 * mm
_loading = Lock()


@dataclass(frozen=True)
class Payee:
    """Where the money goes."""

    name: str
    bank: str
    account: str


@dataclass(frozen=True)
class Notice:
    """What one notice says. `amount` in fen; days in the reader's words."""

    order: Order
    payer: str
    payee: Payee
    code: str
    amount: int
    made_on: str
    until: str
    office: str


def draw(notice: Notice) -> bytes:
    """The notice as PDF, in the reader's language; fonts are embedded."""
    out = io.BytesIO()
    title = _("Payment notice")
    page = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=22 * mm, bottomMargin=20 * mm, title=title
    )
    page.build(_story(notice, title))
    return out.getvalue()


def _story(notice: Notice, title: str) -> list[Flowable]:
    numbered = _("No. %(code)s · made on %(day)s", code=notice.code, day=notice.made_on)
    return [
        _text(title, size=20, bold=True, centred=True),
        Spacer(0, 3 * mm),
        _text(numbered, size=9, centred=True),
        Spacer(0, 7 * mm),
        _text(_("To: %(payer)s", payer=notice.payer), size=12, bold=True),
        Spacer(0, 2 * mm),
        _text(_("Please transfer the fee below by bank, for order %(number)s.", number=notice.order.number)),
        Spacer(0, 4 * mm),
        _lines(notice),
        Spacer(0, 6 * mm),
        _where(notice),
        Spacer(0, 6 * mm),
        *_rules(notice),
        Spacer(0, 12 * mm),
        _text(notice.office, right=True),
        _text(notice.made_on, right=True),
    ]


def _lines(notice: Notice) -> Table:
    """What is paid for: equal lines of a group order are one row with a number of people."""
    counted = Counter((line.title, line.price) for line in notice.order.lines)
    heads = (_("Item"), _("Number of people"), _("Fee a person"), _("Sum"))
    rows: list[list[Any]] = [[_text(head, bold=True, right=at > 0) for at, head in enumerate(heads)]]
    for (title, price), people in counted.items():
        figures = (str(people), formats.money(price), formats.money(price * people))
        rows.append([_text(title), *(_text(figure, right=True) for figure in figures)])
    people = len({line.learner_id for line in notice.order.lines})
    whole = ngettext("Total, %(num)d person", "Total, %(num)d people", people)
    rows.append([_text(whole, bold=True), "", "", _text(formats.money(notice.order.total), bold=True, right=True)])
    return _table(rows, (86 * mm, 20 * mm, 30 * mm, 34 * mm), repeated=1)


def _where(notice: Notice) -> Table:
    said = (
        (_("Amount"), _text(f"¥{formats.money(notice.amount)}", size=15, bold=True)),
        (_("Amount in Chinese capitals"), _text(capitals(notice.amount), size=12, bold=True)),
        (_("Account name"), _text(notice.payee.name)),
        (_("Bank"), _text(notice.payee.bank)),
        (_("Account number"), _text(notice.payee.account, size=12, bold=True)),
        (_("Code for the remark"), _text(notice.code, size=12, bold=True)),
        (_("Valid until"), _text(notice.until)),
    )
    return _table([[_text(label), value] for label, value in said], (44 * mm, 126 * mm), repeated=0)


def _rules(notice: Notice) -> list[Flowable]:
    rules = (
        _("Write the code into the remark: by it the money finds this order."),
        _("Transfer the whole amount at once where you can; parts are added up under the same code."),
        _("After the day above the seats are free for others; money that comes later goes back."),
        _("This notice asks for payment. It is no receipt and no invoice."),
    )
    return [_text(f"{at}. {rule}", size=9) for at, rule in enumerate(rules, 1)]


def _table(rows: list[list[Any]], widths: Sequence[float], repeated: int) -> Table:
    style: list[tuple[Any, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.6, RULE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
        ("BACKGROUND", (0, 0), (-1, 0) if repeated else (0, -1), PALE),
    ]
    return Table(rows, colWidths=list(widths), repeatRows=repeated, style=style)


def _text(
    text: str, *, size: float = 10.5, bold: bool = False, centred: bool = False, right: bool = False
) -> Paragraph:
    style = ParagraphStyle(
        "text",
        fontName=_font("bold" if bold else "regular"),
        fontSize=size,
        leading=size * 1.5,
        textColor=INK,
        alignment=1 if centred else 2 if right else 0,
        wordWrap="CJK",
    )
    return Paragraph(escape(text), style)


def _font(weight: str) -> str:
    """The name reportlab knows a weight of the document font by; read once per process."""
    with _loading:
        return _registered(weight)


@cache
def _registered(weight: str) -> str:
    name = f"notice-{weight}"
    pdfmetrics.registerFont(TTFont(name, str(FONTS[weight]), asciiReadable=0))
    return name
