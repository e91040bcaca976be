"""States of a document and why one ends, as tables."""

from portal.kit import _l

PENDING, ISSUED, SUPERSEDED, REVOKED = "pending", "issued", "superseded", "revoked"
LIVE = (PENDING, ISSUED)

# From each state, what may follow.
FOLLOWS: dict[str, tuple[str, ...]] = {
    PENDING: (ISSUED, REVOKED, SUPERSEDED),
    ISSUED: (SUPERSEDED, REVOKED),
    SUPERSEDED: (),
    REVOKED: (),
}

# Why a document ended, in words anybody may read. A reason of another key is the office's own business.
REASONS: dict[str, object] = {
    "name": _l("The holder's name was corrected"),
    "id_number": _l("The holder's ID number was corrected"),
    "employer": _l("The employer was corrected"),
    "photo": _l("The photo was replaced"),
    "content": _l("The content was corrected"),
    "refund": _l("The fee was refunded and the hours were taken back"),
    "duplicate": _l("The same hours were declared twice"),
    "hours": _l("The hours were taken back"),
}
OTHER = _l("By decision of the issuing office")


def reason(key: str) -> object:
    """The words for a reason."""
    return REASONS.get(key, OTHER)


def came_from(state: str) -> tuple[str, ...]:
    """The states that may become `state`."""
    return tuple(before for before, after in FOLLOWS.items() if state in after)
