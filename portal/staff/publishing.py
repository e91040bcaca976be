"""The page that publishes a version: a form, then what it changes, then the step itself; works without a script.

What is published is what was looked at: answers changed after the comparison, or a version somebody else published
meanwhile, lead to a new comparison.
"""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import HiddenField

from portal import clock, db
from portal.access.visitor import account
from portal.errors import Conflict, Refused
from portal.staff import acting, scope, service, versions
from portal.staff.screens import Screen, primary_key
from portal.staff.versions import BEGINS, Difference
from portal.web.forms import add_problems

LOOKED = "looked"


def page(screen: type[Screen], row: Any | None, pk: str, at: Callable[[Any], str]) -> ResponseReturnValue:
    """The form, filled from `row` (None: from what the screen proposes), or what came of it.

    `at`: the address of a row by its key; of the list for "".
    """
    declared = screen.versions
    assert declared is not None
    begun = dict(declared.said(row)) | {BEGINS: None}
    form = acting.filled(declared.asks, begun, looked=HiddenField())
    changes: list[Difference] | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            said = {one.name: form[one.name].data for one in declared.asks}
            newest = declared.latest(db.reader(), said)
            looked = versions.digest(said, newest)
            before = declared.said(newest) if newest is not None else {}
            changes = versions.differences(declared, before, said)
            if not changes:
                form.form_errors = [*form.form_errors, _("Nothing differs from the version that is there.")]
            elif form[LOOKED].data == looked and request.form.get("step") == "publish":
                if (key := _publish(screen, form, said, pk, looked)) is not None:
                    return redirect(at(key), 303)
            else:
                status = 200
            form[LOOKED].data = looked
    shown = {"screen": screen, "form": form, "changes": changes, "sections": versions.sections(declared.asks)}
    return render_template("staff/version.html", back=at(pk), **shown), status


def _publish(screen: type[Screen], form: Any, said: dict[str, Any], pk: str, looked: str) -> Any | None:
    """The key of what was published, "" where nothing is kept; None when it was refused."""
    declared = screen.versions
    assert declared is not None
    try:
        with db.write() as session:
            if versions.digest(said, declared.latest(session, said)) != looked:
                raise Conflict(_("Somebody else published a version meanwhile. Look at what changes now."))
            base = service.get(session, screen, pk, scope.current()) if pk else None
            row = declared.publish(session, said, base, account().id, clock.now())
            key = "" if row is None else getattr(row, primary_key(screen.model).key)
    except Refused as refused:
        add_problems(form, refused)
        return None
    except Conflict as conflict:
        form.form_errors = [*form.form_errors, str(conflict.message)]
        return None
    flash(_("Published.") if key else _("Saved."), "ok")
    return key
