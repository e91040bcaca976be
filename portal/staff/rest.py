"""The same declarations as REST under /api/v1/, for scripts that log in like people and send the CSRF token.

Parameters are those of the list pages. Unknown fields are refused, personal numbers are masked as everywhere.
"""

from typing import Any

from flask import Response, jsonify
from flask_appbuilder import ModelRestApi, expose
from flask_appbuilder.api import BaseApi
from flask_appbuilder.api.convert import Model2SchemaConverter
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import Column as StoredColumn
from sqlalchemy import inspect
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from portal import db
from portal.access.visitor import account
from portal.errors import NotFound, Refused
from portal.staff import export, forms, listing, scope, service
from portal.staff.pages import given
from portal.staff.screens import READ, WRITE, Column, Screen, primary_key
from portal.types import Problem
from portal.web.sound import json_body

PERMISSIONS = {"get_list": READ, "get": READ, "post": WRITE, "put": WRITE, "delete": WRITE}


def routes(screen: type[Screen]) -> set[str]:
    """The views a screen has: no form, no writing; rows that stay are not deleted."""
    writing = {"post": screen.add, "put": True, "delete": screen.remove}
    return {name for name in PERMISSIONS if (screen.writable() and writing.get(name)) or name not in writing}


class RegisterApi(ModelRestApi):
    """A screen as REST."""

    screen: type[Screen]
    allow_browser_login = True
    csrf_exempt = False
    method_permission_name = PERMISSIONS
    base_permissions = ["can_read", "can_write"]

    def __init__(self) -> None:
        BaseApi.__init__(self)
        self._schemas_made = False

    def _init_model_schemas(self) -> None:
        """Only the description needs schemas, and most processes are never asked for it."""

    def add_api_spec(self, api_spec: Any) -> None:
        """Describes this screen, making its schemas first."""
        if not self._schemas_made:
            self._init_properties()
            self._init_titles()
            self.model2schemaconverter = Model2SchemaConverter(self.datamodel, {})
            super()._init_model_schemas()
            self._schemas_made = True
        super().add_api_spec(api_spec)

    @expose("/", methods=["GET"])
    def get_list(self) -> Response:
        """Rows, page by page.
        ---
        get:
          parameters:
          - {in: query, name: q, schema: {type: string}, description: words to find; not for personal registers}
          - {in: query, name: order, schema: {type: string}, description: "a sortable column, - before it: descending"}
          - {in: query, name: page, schema: {type: integer, minimum: 1}}
          - {in: query, name: turn, schema: {type: string}, description: what an answer calls next}
          - {in: query, name: size, schema: {type: integer, minimum: 1, maximum: 100}}
          responses:
            200: {description: "result, count (counting stops at 10000: more is then true), page, pages, next"}
            400: {description: An unknown parameter, or a value of another kind}
            401: {description: Not logged in}
            404: {description: Not for this account}
        """
        wanted = listing.read(self.screen, given(self.screen))
        found = listing.page(db.reader(), self.screen, wanted, scope.current())
        result = [self._said(row, self.screen.columns) for row in found.rows]
        if export.of_people(self.screen):
            export.record(self.screen, wanted, account(), "read", len(result), page=wanted.page)
        return jsonify(
            result=result, count=found.count, more=found.more, page=wanted.page, pages=found.pages, next=found.after
        )

    @expose("/<pk>", methods=["GET"])
    def get(self, pk: str) -> Response:
        """One row.
        ---
        get:
          parameters:
          - {in: path, name: pk, required: true, schema: {type: string}}
          responses:
            200: {description: result}
            404: {description: "Unknown, or of another division"}
        """
        row = listing.one(db.reader(), self.screen, pk, scope.current())
        if row is None:
            raise NotFound(f"{self.screen.key} {pk}")
        parts = {
            part.attribute: [
                {column.name: column.shape.json(column.value(child)) for column in part.columns}
                for child in getattr(row, part.attribute)
            ]
            for part in self.screen.parts
        }
        return jsonify(result=self._said(row, self.screen.shown()) | parts)

    @expose("/", methods=["POST"])
    def post(self) -> tuple[Response, int]:
        """A new row.
        ---
        post:
          responses:
            201: {description: id}
            400: {description: "Not JSON, or no CSRF token"}
            422: {description: An unknown or wrong field; nothing was changed}
        """
        said = self._checked(None)
        with db.write() as session:
            row = service.add(session, self.screen, said, account().id, scope.current())
        return jsonify(id=self._key(row)), 201

    @expose("/<pk>", methods=["PUT"])
    def put(self, pk: str) -> Response:
        """Changes the fields that are given.
        ---
        put:
          parameters:
          - {in: path, name: pk, required: true, schema: {type: string}}
          responses:
            200: {description: id}
            404: {description: "Unknown, or of another division"}
            422: {description: An unknown or wrong field; nothing was changed}
        """
        row = listing.one(db.reader(), self.screen, pk, scope.current())
        if row is None:
            raise NotFound(f"{self.screen.key} {pk}")
        said = self._checked(row)
        with db.write() as session:
            row = service.change(session, self.screen, pk, said, account().id, scope.current())
        return jsonify(id=self._key(row))

    @expose("/<pk>", methods=["DELETE"])
    def delete(self, pk: str) -> Response:
        """Deletes a row nothing refers to.
        ---
        delete:
          parameters:
          - {in: path, name: pk, required: true, schema: {type: string}}
          responses:
            200: {description: id}
            404: {description: "Unknown, of another division, or rows of this register stay"}
            422: {description: Other rows refer to it}
        """
        with db.write() as session:
            service.remove(session, self.screen, pk, account().id, scope.current())
        return jsonify(id=pk)

    def _said(self, row: Any, columns: tuple[Column, ...]) -> dict[str, Any]:
        return {"id": self._key(row)} | {column.name: column.shape.json(column.value(row)) for column in columns}

    def _key(self, row: Any) -> Any:
        return getattr(row, primary_key(self.screen.model).key)

    def _checked(self, row: Any) -> dict[str, Any]:
        """The sent fields, judged as the form judges them.

        :raises BadRequest: no JSON object.
        :raises Refused: unknown or wrong fields, all at once.
        """
        sent = json_body()
        if not isinstance(sent, dict):
            raise BadRequest
        open_to = self.screen.editable(new=row is None)
        known = {one.name for one in open_to}
        if strange := [name for name in sent if name not in known]:
            sentences = [_l("%(name)s is no field that can be set here.", name=name) for name in strange]
            raise Refused(problems=[Problem(one) for one in sentences])
        fields = [one for one in open_to if row is None or one.name in sent]
        form = forms.form_of(self.screen, new=row is None)(MultiDict(forms.texts(open_to, sent)), meta={"csrf": False})
        for name in set(form._fields) - {one.name for one in fields}:
            del form[name]
        forms.offer(form, fields, self.screen.model, db.reader(), scope.current(), row)
        if not form.validate():
            raise Refused(problems=[Problem(f"{name}: {said[0]}", name) for name, said in form.errors.items()])
        return forms.values(form, self.screen.model, fields)


def view(screen: type[Screen]) -> type[RegisterApi]:
    """The REST class of a screen; its name is the endpoint."""
    # What the database works out (column_property) is no column that Flask-AppBuilder could describe.
    computed = {name for name, column in inspect(screen.model).columns.items() if not isinstance(column, StoredColumn)}
    known = [column.name for column in screen.columns if not column.path and hasattr(screen.model, column.name)]
    own = [name for name in known if name not in computed]
    key = str(SQLAInterface(screen.model).get_pk_name())
    members = {
        "screen": screen,
        "datamodel": SQLAInterface(screen.model),
        "resource_name": screen.key,
        "class_permission_name": screen.key,
        "include_route_methods": routes(screen),
        "list_columns": [key, *(name for name in own if name != key)],
        "show_columns": [key],
        "add_columns": [one.name for one in screen.fields] or [key],
        "edit_columns": [one.name for one in screen.fields] or [key],
        "search_columns": [key],
        "validators_columns": {},
    }
    return type(f"api_{screen.key}", (RegisterApi,), members)
