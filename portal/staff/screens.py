"""Declarations of staff screens: one class per model, from which lists, forms, REST, menu and export are made."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from flask_appbuilder import Model
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, inspect
from sqlalchemy.orm import RelationshipProperty, Session

from portal.staff.actions import KINDS, Action
from portal.staff.shapes import TEXT, Shape
from portal.staff.versions import Versions
from portal.types import Problem

EVERYWHERE = ""  # a scope: rows that belong to no division and are seen by all staff who may open the screen
STAFF, CONSOLE = "staff", "console"
READ, WRITE = "read", "write"

# Headings of the side bar, in their order.
MENUS: dict[str, object] = {
    "people": _l("People"),
    "enrolment": _l("Enrolment and classes"),
    "money": _l("Fees"),
    "study": _l("Study"),
    "documents": _l("Certificates"),
    "content": _l("Content"),
    "office": _l("Settings"),
}


@dataclass(frozen=True)
class Column:
    """A value of a row. `path` leads to it along to-one relations ("learner.name"); empty: the name itself.

    `sort` needs an index: a list must cost the same at a thousand and at a million rows. `to`: on the page of a row,
    a link to the row it speaks of, as (key of its screen, path to its key), for whoever may open that screen.
    """

    name: str
    label: object
    shape: Shape = TEXT
    path: str = ""
    sort: bool = False
    to: tuple[str, str] | None = None

    def value(self, row: Any) -> Any:
        """What the row has here, or None where the path ends early."""
        for step in (self.path or self.name).split("."):
            row = None if row is None else getattr(row, step)
        return row


@dataclass(frozen=True)
class RowColumn(Column):
    """A column whose shape needs the whole row."""

    def value(self, row: Any) -> Any:
        """The row itself."""
        return row


@dataclass(frozen=True)
class Find:
    """Where the words of the search box are looked for. `label` says it in the box; empty: that of its column.

    how: "starts" (the default) and "is" use an index; "has" reads the whole table and is for small ones. `index`
    turns the words into what an indexed column may hold (blind indexes, one per kind of value).
    """

    path: str
    how: str = "starts"
    index: Callable[[str], tuple[str, ...]] | None = None
    label: object = ""


@dataclass(frozen=True)
class Filter:
    """A way to narrow a list, also by a link. Paths may cross to-many relations.

    kind: "choice" (of `choices`) | "division" (those the visitor may see) | "number" | "days" (two dates, as
    parameters NAME_from and NAME_to). `where`: what a choice means, where it is not a value of the path.
    """

    name: str
    label: object
    kind: str = "choice"
    path: str = ""
    choices: Mapping[str, object] = field(default_factory=dict)
    where: Callable[[str], ColumnElement[bool]] | None = None


@dataclass(frozen=True)
class Field:
    """Something the form edits: a column. Kind, length and whether it is needed come from the model.

    kind: "" (by the column's type) | "money" (yuan on the page, fen in the row) | "hours" | "lines" (several lines).
    A column with a foreign key becomes a choice among the rows the visitor may see.
    """

    name: str
    label: object
    hint: object = ""
    kind: str = ""
    choices: Mapping[str, object] = field(default_factory=dict)
    personal: bool = False  # stands in the audit trail as a digest only
    once: bool = False  # said when the row is added, never changed


@dataclass(frozen=True)
class Part:
    """Child rows shown below a row: `attribute` is the relation's name."""

    attribute: str
    title: object
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Inline:
    """Child rows edited on their parent's form, `blank` empty ones on that of a new parent. Only on the console."""

    attribute: str
    title: object
    fields: tuple[Field, ...]
    blank: int = 1


@dataclass(frozen=True)
class PageLink:
    """A page of a plugin beside a screen's list or, where `row` names the argument that takes its key, beside a row."""

    label: object
    endpoint: str
    row: str = ""
    level: str = READ
    values: Mapping[str, str] = field(default_factory=dict)  # further arguments of the address


class Screen:
    """What staff see of a model. Subclass it and fill in; nothing is instantiated.

    desk: "staff" for registers and workflow, "console" for content with inline rows; no model has screens on both.
    scope: path to the code of the division a row belongs to ("division_code", "learner.division_code") along to-one
    relations, or EVERYWHERE. A list that grows keeps the code in its own rows, with an index that begins with it. A
    scoped row is shown, exported, related and written only inside the divisions of the visitor.
    A screen without `fields` is read-only: what a workflow moves is never edited by a form but by its `actions`.
    """

    key: ClassVar[str]
    model: ClassVar[type[Model]]
    title: ClassVar[object]
    menu: ClassVar[str]
    scope: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    desk: ClassVar[str] = STAFF
    detail: ClassVar[tuple[Column, ...]] = ()  # of one row's page; empty: the columns
    parts: ClassVar[tuple[Part, ...]] = ()
    find: ClassVar[tuple[Find, ...]] = ()
    filters: ClassVar[tuple[Filter, ...]] = ()
    waits: ClassVar[Mapping[str, str]] = {}  # values of filters that show what waits for staff, for the side bar
    fields: ClassVar[tuple[Field, ...]] = ()
    inlines: ClassVar[tuple[Inline, ...]] = ()
    actions: ClassVar[tuple[Action, ...]] = ()  # steps of a row's workflow; only on the staff desk
    decides: ClassVar[str] = ""  # the key of another screen: its right to write is what the actions ask for
    verbs: ClassVar[Mapping[str, object]] = {}  # words for what its room writes into the audit trail
    versions: ClassVar[Versions | None] = None  # rows never change, a form publishes the next; only on the staff desk
    links: ClassVar[tuple[PageLink, ...]] = ()  # the plugin's own pages about it
    order: ClassVar[str] = ""  # name of a sortable column, "-" before it for descending; empty: newest first
    add: ClassVar[bool] = True  # may rows be added, when there are fields
    remove: ClassVar[bool] = False
    export: ClassVar[bool] = True
    personal: ClassVar[bool] = False  # its search words stay out of addresses and logs
    empty: ClassVar[object] = _l("Nothing has been entered here yet.")
    weight: ClassVar[int] = 100

    @classmethod
    def problems(cls, session: Session, row: Any) -> Iterable[Problem]:
        """Reasons why a row must not be written as it stands; asked inside the writing transaction."""
        return ()

    @classmethod
    def validate(cls) -> None:
        """Refuses a declaration that could only fail later, in front of somebody.

        :raises ValueError: what is wrong with it.
        """
        if faults := list(_faults(cls)):
            raise ValueError(f"screen {getattr(cls, 'key', cls.__name__)!r}: {'; '.join(faults)}")

    @classmethod
    def editable(cls, *, new: bool) -> tuple[Field, ...]:
        """Fields of the form of a new row, or of one that is there."""
        return cls.fields if new else tuple(one for one in cls.fields if not one.once)

    @classmethod
    def searched(cls) -> list[str]:
        """What the search box finds, in words."""
        known = {column.path or column.name: column.label for column in cls.shown()}
        said = [str(one.label or known.get(one.path, "")) for one in cls.find]
        return list(dict.fromkeys(word for word in said if word))

    @classmethod
    def writable(cls) -> bool:
        """Whether a form exists that adds or changes rows."""
        return bool(cls.fields)

    @classmethod
    def written(cls) -> bool:
        """Whether anything can be done with it that needs the right to write."""
        own = cls.actions and cls.decided() == cls.key
        return bool(cls.fields or own or cls.versions)

    @classmethod
    def decided(cls) -> str:
        """The key of the screen that must be writable for its actions."""
        return cls.decides or cls.key

    @classmethod
    def shown(cls) -> tuple[Column, ...]:
        """Columns of one row's page."""
        return cls.detail or cls.columns


def primary_key(model: type[Model]) -> Any:
    """The attribute that names a row; screens need one with a single primary key."""
    (column,) = inspect(model).primary_key
    return getattr(model, inspect(model).get_property_by_column(column).key)


def relation(model: type[Model], step: str) -> RelationshipProperty[Any] | None:
    """The relation of that name, or None when it is a column."""
    found: RelationshipProperty[Any] | None = inspect(model).relationships.get(step)
    return found


def _faults(screen: type[Screen]) -> Iterable[str]:
    missing = [name for name in ("key", "model", "title", "menu", "scope", "columns") if not hasattr(screen, name)]
    if missing:
        yield f"{', '.join(missing)} not said"
        return
    if screen.menu not in MENUS:
        yield f"no menu {screen.menu!r}"
    if screen.desk not in (STAFF, CONSOLE):
        yield f"no desk {screen.desk!r}"
    if screen.inlines and screen.desk != CONSOLE:
        yield "inline rows are edited on the console only"
    if screen.actions and screen.desk != STAFF:
        yield "actions are taken on the staff desk only"
    if screen.versions and (screen.desk != STAFF or screen.fields):
        yield "versions are published on the staff desk, and have no form that changes them"
    if screen.versions and any(one.kind not in KINDS for one in screen.versions.asks):
        yield "versions ask for no known kind"
    if strange := set(screen.waits) - {one.name for one in screen.filters}:
        yield f"waits for what no filter shows: {', '.join(sorted(strange))}"
    if len({one.key for one in screen.actions}) < len(screen.actions):
        yield "two actions have one key"
    for action in screen.actions:
        if not callable(action.asks) and any(one.kind not in KINDS for one in action.asks):
            yield f"action {action.key!r} asks for no known kind"
    paths = [column.path or column.name for column in (*screen.columns, *screen.detail)]
    paths += [one.path for one in screen.find] + [one.path or one.name for one in screen.filters if one.where is None]
    paths += [one.name for one in screen.fields]
    paths += [one.attribute for one in screen.parts] + [one.attribute for one in screen.inlines]
    for path in [*paths, *([screen.scope] if screen.scope else [])]:
        if not _leads_somewhere(screen.model, path):
            yield f"{screen.model.__name__} has no {path!r}"
    for column in screen.columns:
        if column.sort and not indexed(screen.model, column.path or column.name):
            yield f"{column.name!r} cannot be sorted: it has no index"


def _leads_somewhere(model: type[Model], path: str) -> bool:
    *steps, last = path.split(".")
    for step in steps:
        found = relation(model, step)
        if found is None:
            return False
        model = found.mapper.class_
    return hasattr(model, last)


def indexed(model: type[Model], name: str) -> bool:
    """Whether an index begins with a column of a model."""
    column = inspect(model).columns.get(name)
    if column is None:
        return False
    table = inspect(model).local_table
    leading = [next(iter(index.columns)) for index in getattr(table, "indexes", ())]
    return bool(column.primary_key or column.unique or column in leading)
