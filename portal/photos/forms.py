"""The form of a photo."""

from flask_babel import lazy_gettext as _l
from wtforms import FileField

from portal.photos import heic
from portal.web.forms import Form


class PhotoForm(Form):
    """One file; what is wrong with it is said by `checks`."""

    photo = FileField(_l("ID photo"))

    @property
    def accept(self) -> str:
        """Types the browser offers. Without HEIC here, a telephone converts its photos by itself."""
        return "image/jpeg,image/png" + (",image/heic,image/heif" if heic.readable() else "")
