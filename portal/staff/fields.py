"""Form fields of staff screens: what a person types on one side, what a row holds on the other."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from wtforms import DateField, Field, FileField, SelectField
from wtforms.validators import ValidationError
from wtforms.widgets import DateTimeLocalInput, NumberInput, TextInput

from portal import clock
from portal.clock import SHANGHAI

LARGEST = 2**31 - 1


class Whole(Field):
    """A whole number from 0 on; empty is None."""

    widget = NumberInput(min=0)
    unit = 1
    places = 0

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{Decimal(self.data) / self.unit:.{self.places}f}"

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            number = Decimal(text) * self.unit
        except InvalidOperation:
            raise ValueError(self._refusal()) from None
        if not number.is_finite() or number != number.to_integral_value() or not 0 <= number <= LARGEST:
            raise ValueError(self._refusal())
        self.data = int(number)

    def _refusal(self) -> str:
        if self.places:
            return str(_("Enter a number of at least 0, with at most two decimals."))
        return str(_("Enter a whole number of at least 0."))


class Hundredths(Whole):
    """Yuan on the page and fen in the row, or 学时 and their hundredths."""

    widget = TextInput()
    unit = 100
    places = 2


class Day(DateField):
    """A date; empty is None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Enter a date such as 2026-12-31.")) from None
        if self.data and not 1900 <= self.data.year <= 2200:
            raise ValueError(_("Enter a date such as 2026-12-31."))


class Moment(Field):
    """A date and a time in China; an aware moment in the row."""

    widget = DateTimeLocalInput()
    format = "%Y-%m-%dT%H:%M"

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        moment: datetime | None = self.data
        return clock.local(moment).strftime(self.format) if moment else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(_("Enter a date and a time.")) from None
        if not 1900 <= moment.year <= 2200:
            raise ValueError(_("Enter a date and a time."))
        self.data = (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)


class Choice(SelectField):
    """One of the rows or words the visitor may choose; nothing chosen is None."""

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            return
        if not any(value == self.data for value, _label in self.choices or ()):
            raise ValidationError(_("Choose one of the list."))

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0] if valuelist else ""
        self.data = None
        if text:
            try:
                self.data = self.coerce(text)
            except ValueError:
                raise ValueError(_("Choose one of the list.")) from None

    def iter_choices(self) -> Any:
        """The present value is marked although None is shown as an empty line."""
        for value, label in self.choices or ():
            yield ("" if value is None else value, label, value == self.data, {})


class Upload(FileField):
    """The bytes of one file; nothing chosen is None. A browser sends it once: a refused form asks for it again."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        chosen = [one for one in valuelist if getattr(one, "filename", "")]
        self.data = chosen[0].stream.read() if chosen else None
