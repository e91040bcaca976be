"""An invoice goes to the address it was asked for at, with its file, where the site sends mail.

That the buyer is told is another matter (messages). A job that is run again after a crash may send it twice, never not
at all; its row holds no address.
"""

from flask_babel import force_locale
from flask_babel import gettext as _

from portal import db
from portal.jobs import JobContext
from portal.payments.models import InvoiceRequest
from portal.payments.service import invoices
from portal.people import mailing
from portal.settings import current_settings
from portal.storage import current_storage
from portal.types import JobSpec


def post(context: JobContext) -> None:
    """Mails the file of an invoice, or of its red letter, to the address of the request."""
    settings, red = current_settings(), bool(context.payload["red"])
    with db.read() as session:
        request = session.get_one(InvoiceRequest, context.payload["invoice"])
        order = request.order.number
    key = request.red_storage_key if red else request.storage_key
    number = request.red_number if red else request.number
    if not request.email or not key or not settings.mail_server:
        return
    with force_locale(mailing.LANGUAGE):
        subject = _subject(order, red=red)
        body = _("The file is attached. Number of the invoice: %(number)s.", number=number)
    letter = mailing.written(settings, request.email, subject, body)
    kind = key.rsplit(".", 1)[-1]
    file = current_storage().get(key)
    letter.add_attachment(file, maintype="application", subtype=kind, filename=f"{number}.{kind}")
    mailing.deliver(settings, letter)


def _subject(order: str, *, red: bool) -> str:
    said: str = (
        _("Red-letter invoice of order %(number)s", number=order)
        if red
        else _("Invoice of order %(number)s", number=order)
    )
    return said


JOBS = (JobSpec(invoices.POST, post),)
