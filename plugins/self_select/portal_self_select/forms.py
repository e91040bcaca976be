"""The form of the basket."""

from wtforms import HiddenField, IntegerField
from wtforms.widgets import HiddenInput

from portal.kit import Form


class BasketForm(Form):
    """What the buyer was shown: another sum or another choice by now is a problem, not a surprise."""

    expected_total = IntegerField(widget=HiddenInput())
    key = HiddenField()
