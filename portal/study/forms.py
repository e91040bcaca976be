"""Forms of this room."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, FileField, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired

from portal.web.forms import Form

NEEDED = _l("This is needed.")


class OutsideForm(Form):
    """What was done elsewhere, and the picture that proves it."""

    way = RadioField(_l("What it was"), [InputRequired(_l("Choose what it was."))], validate_choice=False)
    title = StringField(_l("Title"), [InputRequired(NEEDED)])
    place = StringField(_l("Who held it"), [InputRequired(NEEDED)])
    done_on = DateField(_l("Last day of it"), [InputRequired(_l("Enter a day as 2026-11-23."))])
    amount = IntegerField(_l("How much"), [InputRequired(_l("Enter a whole number."))])
    evidence = FileField(_l("Evidence"))
