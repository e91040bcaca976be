"""What people fill in about themselves. What is wrong with an answer is said by the services."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    MultipleFileField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from portal.people import identity, places
from portal.web.forms import Form

_LONG = Length(max=200, message=_l("This is too long."))
_SAME = EqualTo("password", message=_l("The two passwords differ. Type the same one twice."))


def county_choices(session: Session, home: str, today: date) -> list[tuple[str, str]]:
    """Options for the county of an employer; the city itself stands for employers of the city level.

    The first one is no answer: whoever does not look would belong to the city else.
    """
    found = places.choices(session, home, today)
    named = [(place.code, _("City-level employers") if place.code == home else place.name) for place in found]
    return [("", _("Choose a county")), *named]


class AgreementForm(Form):
    agreed = BooleanField(
        _l("I have read the service agreement and agree to it"),
        [InputRequired(_l("Read the service agreement and tick the box to go on."))],
    )


class EmployerForm(Form):
    """The present employer: county and full name. `organisation_id` is set where one was picked from the register."""

    division_code = SelectField(_l("County of the employer"), validate_choice=False)
    employer = StringField(_l("Full name of the employer"), [_LONG])
    organisation_id = HiddenField()

    def county(self) -> str:
        """Code of the chosen county, or nothing where none of the offered ones was chosen."""
        chosen = str(self.division_code.data or "")
        return chosen if chosen in dict(self.division_code.choices) else ""

    def organisation(self) -> int | None:
        """Id of the picked organisation, if one was picked."""
        picked = str(self.organisation_id.data or "")
        return int(picked) if picked.isascii() and picked.isdigit() and len(picked) < 10 else None


class RegistrationForm(EmployerForm):
    """填写信息."""

    name = StringField(_l("Name"), [_LONG])
    id_kind = SelectField(_l("Kind of ID"), validate_choice=False)
    id_number = StringField(_l("ID number"), [_LONG])
    phone = StringField(_l("Mobile number"), [_LONG])
    email = StringField(_l("E-mail"), [_LONG])
    # Named again so that they follow: the error summary lists fields in this order.
    division_code = SelectField(_l("County of the employer"), validate_choice=False)
    employer = StringField(_l("Full name of the employer"), [_LONG])
    organisation_id = HiddenField()
    password = PasswordField(_l("Password"))
    again = PasswordField(_l("The same password again"), [_SAME])


class OrganisationForm(Form):
    """单位信息 of 集体注册."""

    name = StringField(_l("Full name of the organisation"), [_LONG])
    other = BooleanField(_l("It is another organisation of the same name"))
    code_kind = SelectField(_l("Kind of code"), validate_choice=False)
    code = StringField(_l("Code"), [_LONG])
    division_code = SelectField(_l("County of the organisation"), validate_choice=False)
    contact_name = StringField(_l("Contact person"), [_LONG])
    contact_phone = StringField(_l("Mobile number of the contact"), [_LONG])
    licence = FileField(_l("Scan of the licence"))
    password = PasswordField(_l("Password"))
    again = PasswordField(_l("The same password again"), [_SAME])

    def county(self) -> str:
        """Code of the chosen county, or nothing where none of the offered ones was chosen."""
        chosen = str(self.division_code.data or "")
        return chosen if chosen in dict(self.division_code.choices) else ""


class ActivationForm(Form):
    """老平台学员激活: the number that names the account, the phone that proves it, the new password."""

    id_number = StringField(_l("ID number"), [DataRequired(_l("Enter the ID number.")), _LONG])
    phone = StringField(_l("Mobile number on file"), [_LONG])
    password = PasswordField(_l("New password"))
    again = PasswordField(_l("The same password again"), [_SAME])
    agreed = BooleanField(
        _l("I have read the service agreement and agree to it"),
        [InputRequired(_l("Read the service agreement and tick the box to go on."))],
    )


class ForgottenForm(Form):
    """忘记密码: how the account is named."""

    name = StringField(_l("User name"), [DataRequired(_l("Enter your user name.")), _LONG])


class ResetForm(Form):
    """A new password for whoever holds a slip or a code from a mail."""

    account = StringField(_l("User name"), [DataRequired(_l("Enter your user name.")), _LONG])
    person = StringField(_l("Name"), [DataRequired(_l("Enter the whole name.")), _LONG])
    code = StringField(_l("One-time code"), [DataRequired(_l("Enter the code on the slip or in the mail.")), _LONG])
    password = PasswordField(_l("New password"))
    again = PasswordField(_l("The same password again"), [_SAME])
    agreed = BooleanField(
        _l("I have read the service agreement and agree to it"),
        [InputRequired(_l("Read the service agreement and tick the box to go on."))],
    )


class CorrectionForm(EmployerForm):
    """What should stand on file; what is right stays as it is."""

    name = StringField(_l("Name"), [_LONG])
    id_kind = SelectField(_l("Kind of ID"), validate_choice=False)
    id_number = StringField(_l("ID number"), [_LONG])
    division_code = SelectField(_l("County of the employer"), validate_choice=False)
    employer = StringField(_l("Full name of the employer"), [_LONG])
    note = TextAreaField(_l("What was wrong"))
    evidence = MultipleFileField(_l("Evidence"))


class ContactForm(Form):
    phone = StringField(_l("Mobile number"), [_LONG])
    email = StringField(_l("E-mail"), [_LONG])
    current = PasswordField(_l("Present password"), [InputRequired(_l("Enter your present password."))])


class PasswordForm(Form):
    current = PasswordField(_l("Present password"), [InputRequired(_l("Enter your present password."))])
    password = PasswordField(_l("New password"))
    again = PasswordField(_l("The same password again"), [_SAME])


def id_kind_choices() -> list[tuple[str, object]]:
    """Options for the kind of ID."""
    return [(kind.key, kind.title) for kind in identity.KINDS]
