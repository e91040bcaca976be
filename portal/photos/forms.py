"""The form of a photo."""

from flask_babel import lazy_gettext as _l
from wtforms import FileField

from portal.web.forms import Form


class PhotoForm(Form):
    """One file; what is wrong with it is said by `checks`."""

    photo = FileField(_l("ID photo"))
