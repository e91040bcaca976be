"""The base of every form people fill in: CSRF, trimmed text, problems shown at their field."""

import re
import unicodedata
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.i18n import translations
from wtforms import Field

from portal.errors import Refused
from portal.web import stale

# WTForms says these of an answer that was not on offer, in words for programmers.
_OFFERED = {
    said: _l("Choose one of those that are offered.")
    for said in ("Not a valid choice.", "Not a valid choice", "Invalid Choice: could not coerce.")
}
_TYPED = {"StringField", "TextAreaField", "EmailField", "HiddenField", "SelectField", "RadioField"}
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ＠]")
_STALE = _l("The page was open too long, so nothing was sent. Look it through and send it again.")


def tidy(value: Any) -> Any:
    """Trims typed text and forgives full-width digits, letters and @; Chinese punctuation stays, NUL goes."""
    if not isinstance(value, str):
        return value
    return "".join(unicodedata.normalize("NFKC", c) if _WIDE.match(c) else c for c in value if c != "\x00").strip()


class _Words:
    """What the validators of WTForms say, in the reader's language."""

    def gettext(self, said: str) -> str:
        return str(_OFFERED.get(said) or translations.gettext(said))

    def ngettext(self, one: str, many: str, number: int) -> str:
        return str(translations.ngettext(one, many, number))


class Form(FlaskForm):
    """A form of a learner page. Passwords are not trimmed."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Forms read forms: a body in JSON, which may be anything, is an empty one unless it is handed over."""
            handed_over = hasattr(formdata, "getlist")
            is_json = bool(request) and request.is_json  # a form may also be asked about outside requests
            return None if is_json and not handed_over else super().wrap_formdata(form, formdata)

        def get_translations(self, form: Any) -> _Words:
            return _Words()

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            if getattr(unbound_field.field_class, "__name__", "") in _TYPED:
                filters = [tidy, *unbound_field.kwargs.get("filters", ())]
                unbound_field.kwargs["filters"] = list(dict.fromkeys(filters))
            return unbound_field.bind(form=form, **options)

    def validate(self, extra_validators: Any = None) -> bool:
        """As ever; but a form that came without its token is refused, so that it is shown again."""
        if stale.refuses(self):
            self.form_errors = [str(_STALE)]
            return False
        return bool(super().validate(extra_validators))


def add_problems(form: FlaskForm, refused: Refused) -> None:
    """Puts a service's problems at the fields they belong to; the rest stands in the summary."""
    problems = refused.problems
    for problem in problems:
        field = form._fields.get(problem.field) if problem.field else None
        if field is not None:
            field.errors = [*field.errors, str(problem.message)]
        else:
            form.form_errors = [*form.form_errors, str(problem.message)]
    if not problems:
        form.form_errors = [*form.form_errors, str(refused.message)]
