"""证书版式: a layout edited in a form beside the page it prints. A published version never changes.

Nothing is kept between two looks: what was typed travels in the form, and the picture comes back in the page.
"""

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.kit import (
    Form,
    NotFound,
    Problem,
    Refused,
    _,
    _l,
    account,
    clock,
    current_storage,
    db,
    pdf,
    staff_required,
    staff_rows,
)
from portal_certs import drafting, reading, render, sample, service, staff, variables
from portal_certs.layout import Layout, supplied
from portal_certs.models import Document, Template
from portal_certs.pages import blueprint
from portal_certs.snapshot import Snapshot

KEY = "document_templates"
LARGEST = 256 * 1024  # of a layout that is imported
UNREADABLE = _l("This file is no layout. Choose one that was exported here.")


@dataclass(frozen=True)
class Shown:
    """What stands beside the form: a page as a picture, or why there is none."""

    picture: str = ""
    pages: int = 0


@dataclass(frozen=True)
class Data:
    """What is printed for a look: an invented person, or a document there is."""

    said: Snapshot
    number: str
    photo: bytes


@blueprint.route("/staff/document_templates/<any(certificate,proof,transcript):kind>/design", methods=["GET", "POST"])
@staff_required(KEY, "write")
def design(kind: str) -> ResponseReturnValue:
    """The form, from the version in use or the one named. Its buttons look, change the list of elements, or publish."""
    layout = drafting.read(request.form) if request.method == "POST" else _begun(kind)
    form, done, kept = Form(), request.form.get("do", "look"), True
    problems: list[Problem] = []
    if request.method == "POST" and form.validate():
        if done == "import":
            layout, problems = _imported(layout)
        elif not drafting.step(layout, done, request.form.get("new", "")) and done == "publish":
            published, problems = _published(kind, layout)
            if published is not None:
                flash(_("Version %(version)s is in use from now on.", version=published.version), "ok")
                return redirect(url_for("certs.design", kind=kind), 303)
    problems = problems or drafting.problems(layout)
    kept = done not in ("publish", "import") or not problems
    number = request.form.get("number", "").strip()
    data, unknown = _data(number)
    return render_template(
        "certs/design.html",
        kind=kind,
        kinds=staff.KINDS,
        screen=staff.Templates,
        layout=layout,
        pieces=drafting.pieces(layout),
        elements=staff.ELEMENTS,
        variables=variables.words(),
        problems={problem.field: str(problem.message) for problem in reversed(problems)},
        form=form,
        number=number,
        unknown=unknown,
        shown=Shown() if problems else _look(layout, data),
        version=_version(kind),
    ), 200 if kept else 422


@blueprint.get("/staff/document_templates/<int:template_id>/layout.json")
@staff_required(KEY)
def export_layout(template_id: int) -> ResponseReturnValue:
    """A version as a file, to be kept or taken to another site. :raises NotFound: no such version."""
    template = _template(db.reader(), template_id)
    answer = Response(json.dumps(template.layout, ensure_ascii=False, indent=1) + "\n", mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{template.kind}-v{template.version}.json"'
    return answer


@blueprint.get("/staff/document_templates/<int:template_id>/design")
@staff_required(KEY, "write")
def design_from(template_id: int) -> ResponseReturnValue:
    """The form filled from a version, old or new. :raises NotFound: no such version."""
    template = _template(db.reader(), template_id)
    return redirect(url_for("certs.design", kind=template.kind, version=template.version), 303)


def _template(session: Session, template_id: int) -> Template:
    found = session.get(Template, template_id)
    if found is None:
        raise NotFound(f"template {template_id}")
    return found


def _version(kind: str) -> int:
    """The version in use; 0: the one that comes with the plugin."""
    newest = reading.newest_template(db.reader(), kind)
    return newest.version if newest else 0


def _begun(kind: str) -> dict[str, Any]:
    named = request.args.get("version", "")
    if named:
        found = reading.template_of(db.reader(), kind, int(named) if named.isdecimal() else 0)
        if found is None:
            raise NotFound(f"{kind} v{named}")
        return found.layout
    newest = reading.newest_template(db.reader(), kind)
    return newest.layout if newest else supplied(kind)


def _imported(typed: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The layout of a file; what was typed stays when the file holds none."""
    file = request.files.get("file")
    try:
        layout = json.loads((file.stream.read(LARGEST + 1) if file else b"").decode("utf-8-sig"))
        Layout.model_validate(layout)
    except (ValueError, RecursionError):  # of JSON, of UTF-8, of the layout
        return typed, [Problem(UNREADABLE, "file")]
    return layout, []


def _published(kind: str, layout: dict[str, Any]) -> tuple[Template | None, list[Problem]]:
    try:
        with db.write() as session:
            return service.publish_design(session, kind, layout, account().id, clock.now()), []
    except Refused as refused:
        return None, list(refused.problems)


def _data(number: str) -> tuple[Data, str]:
    """What to print, and why it is not what was asked for."""
    invented = Data(sample.invented(), sample.NUMBER, sample.photo())
    if not number:
        return invented, ""
    document = reading.by_number(db.reader(), number)
    if document is None or not _mine(document):
        return invented, _("There is no such document in your divisions; the page shows an invented person.")
    said = reading.content(document)
    return Data(said, document.number, current_storage().get(said.photo_key) if said.photo_key else b""), ""


def _mine(document: Document) -> bool:
    try:
        staff_rows.one(staff.Documents, str(document.id))
    except NotFound:
        return False
    return True


def _look(layout: dict[str, Any], data: Data) -> Shown:
    printed = render.render(Layout.model_validate(layout), data.said, data.number, data.photo, clock.now())
    return Shown(b64encode(pdf.picture(printed)).decode(), printed.count(b"/Type /Page\n"))
