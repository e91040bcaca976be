"""Forms of the steps."""

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import HiddenInput

from portal.kit import Form, _l


class DetailsForm(Form):
    """Where the learner works now."""

    employer = StringField(
        _l("Full name of the employer"),
        [
            InputRequired(_l("Enter the full name of the employer, the same as on its seal.")),
            Length(max=120, message=_l("At most 120 characters.")),
        ],
    )
    organisation_id = HiddenField()
    division_code = SelectField(
        _l("Where the employer is registered"),
        [DataRequired(_l("Choose the county where the employer is registered."))],
        validate_choice=True,
    )


class Versioned(Form):
    """A form over a draft: `version` tells whether another window was quicker."""

    version = IntegerField(widget=HiddenInput())


class ClassForm(Versioned):
    class_id = RadioField(_l("Class"), coerce=int, validate_choice=False)


class CoursesForm(Versioned):
    courses = SelectMultipleField(_l("Courses"), coerce=int, validate_choice=False)


class CheckForm(Versioned):
    expected_total = IntegerField(widget=HiddenInput())
    key = HiddenField()
    truthful = BooleanField(
        _l("The information above is true and complete."),
        [DataRequired(_l("Please confirm that the information is true."))],
    )
