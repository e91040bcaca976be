"""The only writer of this room. Payments stand here; `refunds` and `invoices` have a module each."""

from portal.payments.service import invoices, refunds
from portal.payments.service.confirming import (
    attention,
    begin_again,
    confirm,
    dismiss,
    give_up,
    latest,
    provider,
    providers,
    start,
    under_way,
    waiting,
)
from portal.payments.service.holding import propose_strays

__all__ = [
    "attention",
    "begin_again",
    "confirm",
    "dismiss",
    "give_up",
    "invoices",
    "latest",
    "propose_strays",
    "provider",
    "providers",
    "refunds",
    "start",
    "under_way",
    "waiting",
]
