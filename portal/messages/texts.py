"""The words of messages by kind, said in the reader's language when they are read."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.messages.models import Message


@dataclass(frozen=True)
class Text:
    """Title, sentence and the label of the link. `%(name)s` stands for a parameter of the message."""

    title: Any
    body: Any
    label: Any


class _Params(dict[str, Any]):
    """A parameter that a message lacks is left out rather than breaking the inbox."""

    def __missing__(self, key: str) -> str:
        return ""


_OTHER = Text(_l("A message from the platform"), _l("Open it to see what changed."), _l("See more"))
TEXTS = {
    "registered": Text(
        _l("You are registered"),
        _l("Choose a project under Enrol, or upload your ID photo first: certificates need it."),
        _l("My profile"),
    ),
    "activated": Text(
        _l("Your account is active"),
        _l("Hours earned and certificates issued on the old platform stay valid. Check that your employer is right."),
        _l("My profile"),
    ),
    "order_paid": Text(
        _l("Order %(number)s is paid"), _l("Your courses are open. You can begin to study."), _l("My projects")
    ),
    "order_expired": Text(
        _l("Order %(number)s was closed"),
        _l("It was not paid in time; its seats are free again. Nothing was charged."),
        _l("My orders"),
    ),
    "payment_attention": Text(
        _l("A payment for order %(number)s is being checked"),
        _l("The amount or the order does not fit. The office looks into it; your money is booked."),
        _l("My orders"),
    ),
    "refund_approved": Text(
        _l("Your refund for order %(number)s is agreed"),
        _l("%(amount)s yuan go back the way they came."),
        _l("See the order"),
    ),
    "refund_refused": Text(
        _l("Your refund for order %(number)s was refused"),
        _l("The order page says why. Nothing has changed; you can study on."),
        _l("See the order"),
    ),
    "refund_done": Text(
        _l("Your refund for order %(number)s was sent"),
        _l("%(amount)s yuan are on their way; your bank books them within some days."),
        _l("See the order"),
    ),
    "invoice_issued": Text(
        _l("Your invoice for order %(number)s is ready"), _l("Download it from the order page."), _l("See the order")
    ),
    "invoice_red": Text(
        _l("The invoice of order %(number)s was cancelled"),
        _l("A red-letter invoice stands on the order page. The refund is sent now."),
        _l("See the order"),
    ),
    "plan_completed": Text(
        _l("Complete: %(title)s"), _l("Every course of this project is done and your hours are credited."),
        _l("See the project"),
    ),
    "test_graded": Text(
        _l("Test result: %(title)s"),
        _l("You have %(score)s points. See which questions were wrong."),
        _l("See the result"),
    ),
    "certificate_issued": Text(
        _l("Your certificate is ready"), _l("%(title)s, number %(number)s"), _l("Download it"),
    ),
    "certificate_waits_photo": Text(
        _l("Your certificate waits for your ID photo"),
        _l("%(title)s is complete. Upload the photo and the certificate issues itself."),
        _l("Upload the photo"),
    ),
    "certificate_waits_office": Text(
        _l("Your certificate waits for the office"),
        _l("%(title)s is complete. The office has to complete something; you need do nothing."),
        _l("My certificates"),
    ),
}  # fmt: skip


def words(message: Message) -> Text:
    """The words of a message with its parameters filled in. An unknown kind gets words that are true of any."""
    text = TEXTS.get(message.kind, _OTHER)
    params = _Params(message.params or {})
    return Text(str(text.title) % params, str(text.body) % params, str(text.label))
