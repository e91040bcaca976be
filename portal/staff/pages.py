"""The pages of a screen, the same on both desks: list, row, form, deletion, export."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape
from werkzeug.exceptions import BadRequest

from portal import db
from portal.access.visitor import account
from portal.errors import Conflict, NotFound, Refused
from portal.staff import acting, choices, export, forms, grants, listing, publishing, scope, service, versions
from portal.staff.screens import CONSOLE, WRITE, Column, Filter, PageLink, Screen, primary_key
from portal.web.forms import add_problems

MOST_REASON = 300  # characters the audit trail keeps
# The same page under the name each framework gives it.
NAMES = {
    CONSOLE: {
        "list": "index_view",
        "show": "details_view",
        "add": "create_view",
        "edit": "edit_view",
        "delete": "delete_view",
        "export": "export",
    }
}


def address(screen: type[Screen], page: str, **values: Any) -> str:
    """The address of a page of a screen; further values become parameters of a list."""
    name = NAMES.get(screen.desk, {}).get(page, page)
    return url_for(f"{screen.desk}_{screen.key}.{name}", **values)


def given(screen: type[Screen]) -> Mapping[str, str]:
    """Parameters of a list: the last of each name, because a pressed button stands after what it replaces.

    :raises BadRequest: words of a personal search in the address, where logs and histories would keep them.
    """
    source = request.form if request.method == "POST" else request.args
    found = {name: said[-1].replace("\x00", "") for name, said in source.lists() if name != "csrf_token"}
    if screen.personal and found.get("q") and request.method != "POST":
        raise BadRequest("q")
    return found


@dataclass(frozen=True)
class Head:
    """A column of a list as it is drawn in every row: its name is translated once, not once per cell.

    `begin`: what each of its cells begins with.
    """

    name: str
    label: Markup
    numeric: bool
    sort: bool
    begin: Markup

    @classmethod
    def of(cls, column: Column) -> "Head":
        """The head of a declared column, in the reader's language."""
        kind, label = Markup(' class="s-r x-tn"') if column.shape.numeric else "", escape(column.label)
        begin = Markup('<td data-label="{}"{}>').format(label, kind)
        return cls(column.name, label, column.shape.numeric, column.sort, begin)


class Pages:
    """What both frameworks' views of a screen do."""

    screen: type[Screen]

    def page_list(self) -> ResponseReturnValue:
        screen, limits = self.screen, scope.current()
        wanted = listing.read(screen, given(screen))
        found = listing.page(db.reader(), screen, wanted, limits)
        return render_template(
            "staff/list.html",
            screen=screen,
            wanted=wanted,
            found=found,
            heads=(heads := [Head.of(column) for column in screen.columns]),
            lines=_lines(screen, found.rows, heads),
            filters=[(one, _choices(one, limits)) for one in screen.filters],
            links=_links(screen),
            may_add=screen.writable() and screen.add and self._may_write(),
            may_publish=screen.versions is not None and self._may_write(),
        )

    def page_show(self, pk: str) -> ResponseReturnValue:
        row = self._row(pk)
        change = self.screen.writable() and self._may_write()
        steps = [one for one in self.screen.actions if self._may_act() and one.applies(row)]
        shown = {"screen": self.screen, "row": row, "pk": pk, "steps": steps, "may_change": change}
        shown["links"] = _links(self.screen, pk)
        if self.screen.versions is not None:
            known = {column.name for column in self.screen.shown()}
            shown["facts"] = versions.facts(self.screen.versions, row, known)
            shown["may_publish"] = self._may_write()
        return render_template("staff/show.html", **shown)

    def page_act(self, pk: str, key: str) -> ResponseReturnValue:
        if not self._may_act():  # the guard asked for the right to the step, not for that to see the row
            raise NotFound(f"{self.screen.key} {pk}")
        row, action = self._row(pk), acting.find(self.screen, key)
        back, rows = address(self.screen, "show", pk=pk), address(self.screen, "list")
        return acting.page(self.screen, action, row, pk, back, rows)

    def page_version(self, pk: str) -> ResponseReturnValue:
        """The next version, begun from a row, or from what the screen proposes."""
        row = self._row(pk) if pk else None
        return publishing.page(self.screen, row, pk, self._at)

    def _at(self, key: Any) -> str:
        return address(self.screen, "show", pk=key) if key else address(self.screen, "list")

    def page_add(self) -> ResponseReturnValue:
        return self._form(None, "")

    def page_edit(self, pk: str) -> ResponseReturnValue:
        return self._form(self._row(pk), pk)

    def page_delete(self, pk: str) -> ResponseReturnValue:
        row = self._row(pk)
        problem = ""
        if request.method == "POST":
            try:
                with db.write() as session:
                    service.remove(session, self.screen, pk, account().id, scope.current())
            except Refused as refused:
                problem = str(refused.message)
            else:
                flash(_("The entry was deleted."), "ok")
                return redirect(address(self.screen, "list"), 303)
        page = render_template("staff/delete.html", screen=self.screen, row=row, pk=pk, problem=problem)
        return page, 422 if problem else 200

    def page_export(self) -> ResponseReturnValue:
        """The file; where it names people, first the question why."""
        screen, said, limits = self.screen, dict(given(self.screen)), scope.current()
        asks = export.of_people(screen)
        reason = said.pop("reason", None) if request.method == "POST" else None
        wanted = listing.read(screen, said)
        if asks and not (reason or "").strip():
            page = render_template("staff/export.html", screen=screen, said=said, refused=reason is not None)
            return page, 200 if reason is None else 422
        number = export.count(screen, wanted, limits)
        export.record(screen, wanted, account(), "exported", number, (reason or "").strip()[:MOST_REASON])
        return export.answer(screen, wanted, limits)

    def _may_write(self) -> bool:
        return grants.current().may(self.screen.key, WRITE)

    def _may_act(self) -> bool:
        granted = grants.current()
        return granted.may(self.screen.key) and granted.may(self.screen.decided(), WRITE)

    def _row(self, pk: str) -> Any:
        row = listing.one(db.reader(), self.screen, pk, scope.current())
        if row is None:
            raise NotFound(f"{self.screen.key} {pk}")
        return row

    def _form(self, row: Any, pk: str) -> ResponseReturnValue:
        """The form of a row, or of a new one. A refused one keeps what was typed."""
        screen, new = self.screen, row is None
        form = forms.form_of(screen, new=new)(obj=row)
        forms.offer(form, screen.editable(new=new), screen.model, db.reader(), scope.current(), row)
        pressed = self._another(form) if request.method == "POST" else self._blank(form, row)
        for inline in screen.inlines:
            for entry in form[inline.attribute]:
                forms.offer(entry.form, inline.fields, form[inline.attribute].model, db.reader(), scope.current(), None)
        status = 200
        if request.method == "POST" and not pressed:
            if form.validate() and (saved := self._save(form, pk)) is not None:
                flash(_("Saved."), "ok")
                return redirect(address(screen, "show", pk=saved), 303)
            status = 422
        elif request.method == "GET" and row is not None:
            form[forms.SEEN].data = forms.seen(screen, row)
        return render_template("staff/form.html", screen=screen, form=form, row=row, pk=pk), status

    def _another(self, form: Any) -> bool:
        """Whether the button of an empty child row was pressed: the page comes back with one more, unsaved."""
        wanted = request.form.get("another", "")
        inline = next((one for one in self.screen.inlines if one.attribute == wanted), None)
        if inline is None:
            return False
        form[inline.attribute].append_blank()
        return True

    def _blank(self, form: Any, row: Any) -> bool:
        """Empty child rows to begin with on the form of a new row."""
        for inline in self.screen.inlines if row is None else ():
            for _place in range(inline.blank):
                form[inline.attribute].append_blank()
        return False

    def _save(self, form: Any, pk: str) -> Any | None:
        """The saved row's key, or None when it was refused; the reasons then stand in the form."""
        screen = self.screen
        said = forms.values(form, screen.model, screen.editable(new=not pk))
        inlines = {one.attribute: form[one.attribute] for one in screen.inlines}
        try:
            with db.write() as session:
                if pk:
                    seen = str(form[forms.SEEN].data or "")
                    row = service.change(session, screen, pk, said, account().id, scope.current(), seen, inlines)
                else:
                    row = service.add(session, screen, said, account().id, scope.current(), inlines)
                return getattr(row, primary_key(screen.model).key)
        except Refused as refused:
            add_problems(form, refused)
        except Conflict as conflict:
            form.form_errors = [*form.form_errors, str(conflict.message)]
        return None


def _links(screen: type[Screen], pk: str = "") -> list[tuple[object, str]]:
    """Label and address of the plugin's pages beside a list, or beside a row, that the visitor may open."""
    may = grants.current().may
    return [
        (one.label, _address_of(one, pk))
        for one in screen.links
        if bool(one.row) == bool(pk) and may(screen.key, one.level)
    ]


def _address_of(link: PageLink, pk: str) -> str:
    values: dict[str, Any] = {**link.values, link.row: pk} if link.row else dict(link.values)
    return url_for(link.endpoint, **values)


def _lines(screen: type[Screen], rows: list[Any], heads: list[Head]) -> list[tuple[str, str, Markup]]:
    """Address, what the first cell says, and the other cells, of each row.

    A value that comes again in its column (a state, a place) is drawn once. Cells are put together here: a template
    would look at each of them again, which was a tenth of the page.
    """
    key = primary_key(screen.model).key
    base = address(screen, "list")
    begins = ["", *(head.begin for head in heads[1:])]
    drawn: list[tuple[Column, str, dict[Any, str]]] = [
        (column, begin, {}) for column, begin in zip(screen.columns, begins, strict=True)
    ]
    lines = []
    for row in rows:
        first, *rest = [_cell(row, *one) for one in drawn]
        cells = Markup("".join(rest))  # noqa: S704 - of escaped pieces
        lines.append((f"{base}{quote(str(getattr(row, key)), safe='')}", first, cells))
    return lines


def _cell(row: Any, column: Column, begin: str, known: dict[Any, str]) -> str:
    """A value as it stands in its column; the first one, which leads to its row, without its cell."""
    value = column.value(row)
    once = not isinstance(value, dict | list)  # these name nothing
    if once and value in known:
        return known[value]
    text = escape(column.shape.cell(value))
    said = begin + text + Markup("</td>") if begin else text
    if once:
        known[value] = said
    return said


def _choices(one: Filter, limits: scope.Scope) -> list[tuple[str, str]]:
    if one.kind == "division":
        return [(str(code), name) for code, name in choices.of_divisions(db.reader(), limits, ended=True)]
    return [(key, str(words)) for key, words in one.choices.items()]
