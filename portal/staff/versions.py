"""Versioned data on staff screens: rows that never change, read in plain words; a form publishes the next one."""

import hashlib
import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.staff import shapes
from portal.staff.actions import Ask
from portal.web import formats

BEGINS = "begins"  # the question from when it holds; not taken over from the version before
FROM = Ask(BEGINS, _l("In force from"), "moment", hint=_l("Empty: at once"), needed=False)


@dataclass(frozen=True)
class Versions:
    """How a screen's rows are published.

    `asks`: what a version says; the same words stand on its page, on the form and in the comparison. `said`: a row as
    answers by name of the asks; None: what the form of a very first one begins with. `latest`: the newest version of
    what these answers are about, which the new one is compared with. `publish`: the room's service, called in the
    writing transaction with the answers, the row the form began with (or None), the actor and the moment; it refuses,
    or writes the row and the audit trail and returns the row, or None where nothing is kept. `confirm`: what follows.
    """

    asks: tuple[Ask, ...]
    said: Callable[[Any | None], Mapping[str, Any]]
    latest: Callable[[Session, Mapping[str, Any]], Any | None]
    publish: Callable[[Session, Mapping[str, Any], Any | None, int, datetime], Any | None]
    confirm: object


@dataclass(frozen=True)
class Difference:
    """What one answer was and will be. A long text has `lines` instead: ("-", gone), ("+", new), (" ", left out)."""

    section: str
    label: str
    before: str = ""
    after: str = ""
    lines: tuple[tuple[str, str], ...] = ()


def shown(ask: Ask, value: Any) -> str:
    """An answer in words, with its unit."""
    if value is None or value == "":
        return shapes.NOTHING
    if ask.kind == "choice":
        return str(ask.choices.get(value, value))
    if ask.kind == "moment":
        return shapes.MOMENT.text(value)[:16]
    if ask.kind in ("money", "hours"):
        value = formats.money(value)
    return f"{value} {ask.unit}".rstrip() if ask.unit else str(value)


def sections(asks: Iterable[Ask]) -> list[tuple[str, list[Ask]]]:
    """Questions by the heading they stand under, in their order."""
    return [(section, list(found)) for section, found in groupby(asks, lambda one: str(one.section))]


def facts(versions: Versions, row: Any, known: Container[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a row says beside `known`, by section; sections of which nothing is said are left out."""
    said = versions.said(row)
    found = []
    for section, asks in sections(one for one in versions.asks if one.name not in known and one.name != BEGINS):
        lines = [(str(one.label), said.get(one.name), one) for one in asks]
        if any(value not in (None, "") for _label, value, _ask in lines):
            found.append((section, [(label, shown(ask, value)) for label, value, ask in lines]))
    return found


def differences(versions: Versions, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What publishing these answers would change, in the order of the form."""
    return [
        _difference(one, before.get(one.name), after.get(one.name))
        for one in versions.asks
        if one.name != BEGINS and (before.get(one.name) or None) != (after.get(one.name) or None)
    ]


def digest(said: Mapping[str, Any], newest: Any | None) -> str:
    """Stands for what somebody looked at before publishing: their answers, and the version they were compared with."""
    held = [str(getattr(newest, "id", "")), {name: str(value) for name, value in said.items()}]
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()[:16]


def _difference(ask: Ask, before: Any, after: Any) -> Difference:
    section, label = str(ask.section), str(ask.label)
    if ask.kind == "lines" and before:
        return Difference(section, label, lines=tuple(_lines(str(before), str(after or ""))))
    return Difference(section, label, shown(ask, before), shown(ask, after))


def _lines(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Lines that go and lines that come; between them a mark for those that stay."""
    old, new = before.splitlines(), after.splitlines()
    for kind, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield " ", ""
            continue
        yield from (("-", line) for line in old[first:last] if line.strip())
        yield from (("+", line) for line in new[start:end] if line.strip())
