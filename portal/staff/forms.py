"""Forms from declarations: kind, length and need come from the model, words from the screen."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask_admin.contrib.sqla.fields import InlineModelFormList
from flask_admin.model.form import InlineFormAdmin
from flask_appbuilder import Model
from flask_babel import lazy_gettext as _l
from sqlalchemy import Boolean, Date, Integer, Text, inspect
from sqlalchemy.orm import Session
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, Optional

from portal.db import UtcDateTime
from portal.staff import choices
from portal.staff.fields import Choice, Day, Hundredths, Moment, Whole
from portal.staff.scope import Scope
from portal.staff.screens import Field, Inline, Screen, relation
from portal.web.forms import Form, tidy

PLACE = "position"  # the column that orders child rows
SEEN = "seen"  # a digest of what the row held when the form was shown


_made: dict[tuple[type[Screen], bool], type[Form]] = {}


def form_of(screen: type[Screen], *, new: bool) -> type[Form]:
    """The form of a new row, or of one that is there; each is made once."""
    if (screen, new) not in _made:
        _made[screen, new] = _make(screen, new=new)
    return _made[screen, new]


def _make(screen: type[Screen], *, new: bool) -> type[Form]:
    members: dict[str, Any] = {one.name: _field(screen.model, one) for one in screen.editable(new=new)}
    for inline in screen.inlines:
        members[inline.attribute] = _rows(screen.model, inline)
    members[SEEN] = HiddenField()
    return type(f"{screen.__name__}Form", (Form,), members)


def offer(form: Any, fields: Iterable[Field], model: type[Model], session: Session, scope: Scope, row: Any) -> None:
    """Fills the lists to choose from, as the visitor may see them."""
    for one in fields:
        field = form[one.name]
        if not isinstance(field, Choice):
            continue
        present = None if row is None else getattr(row, one.name)
        to = choices.target(model, one.name)
        found = [(field.coerce(key), str(words)) for key, words in one.choices.items()]
        if to is not None:
            found = choices.offered(session, to, scope, present)
        field.choices = [(None, ""), *found]


def values(form: Any, model: type[Model], fields: Iterable[Field]) -> dict[str, Any]:
    """What the form says, as columns hold it. A column that fills itself is left out when nothing was said."""
    columns = inspect(model).columns
    said = {one.name: form[one.name].data for one in fields if one.name in form}
    return {name: value for name, value in said.items() if value is not None or columns[name].nullable}


def seen(screen: type[Screen], row: Any) -> str:
    """A digest of what the form shows of a row: another one means somebody else changed it meanwhile."""
    held = [str(getattr(row, one.name)) for one in screen.fields]
    for inline in screen.inlines:
        held += [str([getattr(child, one.name) for one in inline.fields]) for child in getattr(row, inline.attribute)]
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()[:16]


def texts(fields: Iterable[Field], given: Mapping[str, Any]) -> dict[str, str]:
    """JSON values as a form would send them; money and hours come as whole fen and hundredths, as lists show them."""
    kinds = {one.name: one.kind for one in fields}
    found = {}
    for name, value in given.items():
        if value is None or value is False:
            found[name] = ""
        elif kinds[name] in ("money", "hours") and isinstance(value, int):
            found[name] = f"{value // 100}.{value % 100:02d}"
        else:
            found[name] = "true" if value is True else str(value)
    return found


class Rows(InlineModelFormList):
    """Child rows on their parent's form. A row that is blank but for its place is none."""

    def append_blank(self) -> Any:
        """One more row, at the place after the last one."""
        places = [entry.form[PLACE].data or 0 for entry in self]
        entry = self.append_entry()
        entry.form[PLACE].data = max(places, default=0) + 1
        return entry

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterable[int]:
        for name in formdata:
            if name.startswith(f"{prefix}-") and not name.endswith(f"-{PLACE}") and str(formdata.get(name)).strip():
                yield from super()._extract_indices(prefix, [name])


def _rows(model: type[Model], inline: Inline) -> Any:
    kin = relation(model, inline.attribute)
    assert kin is not None
    child = kin.mapper.class_
    members: dict[str, Any] = {one.name: _field(child, one) for one in inline.fields}
    members["id"] = HiddenField()
    row_form = type(f"{child.__name__}Row", (PlainForm,), members)
    return Rows(row_form, None, child, inline.attribute, InlineFormAdmin(child), label=inline.title)


def _field(model: type[Model], one: Field) -> Any:
    """The form field of a column."""
    column = inspect(model).columns[one.name]
    wanted = not column.nullable and column.default is None
    given: dict[str, Any] = {"label": one.label, "description": one.hint, "validators": _checks(column, wanted)}
    if column.default is not None and column.default.is_scalar:
        default = column.default.arg
        given |= {"default": default, "filters": [lambda value: default if value is None else value]}
    if column.foreign_keys or one.choices:
        return Choice(coerce=column.type.python_type, choices=[], validate_choice=False, **given)
    if isinstance(column.type, Boolean):
        return BooleanField(one.label, description=one.hint, default=given.get("default"), false_values=("", "false"))
    if one.kind in ("money", "hours"):
        return Hundredths(**given)
    if isinstance(column.type, Integer):
        return Whole(**given)
    if isinstance(column.type, Date):
        return Day(**given)
    if isinstance(column.type, UtcDateTime):
        return Moment(**given)
    kind = TextAreaField if one.kind == "lines" or type(column.type) is Text else StringField
    return kind(**{**given, "filters": [tidy, _blank(column.nullable)]})


def _checks(column: Any, wanted: bool) -> list[Any]:
    checks: list[Any] = [InputRequired(_l("This is needed."))] if wanted else [Optional()]
    if length := getattr(column.type, "length", None):
        checks.append(Length(max=length, message=_l("At most %(max)d characters.")))
    return checks


def _blank(nullable: bool) -> Any:
    """An empty text is None where the column allows it."""
    return lambda text: text or (None if nullable else "")
