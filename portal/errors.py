"""One small family of errors. Each carries an HTTP status and a sentence for the person.

Services raise them; web/ and staff/ show them in one place. "Not yours" and "does not exist" are both NotFound.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.types import Problem


class PortalError(Exception):
    """Base of all expected errors. `message` may be a lazy, translatable string."""

    status = 500

    def __init__(self, message: object = "") -> None:
        super().__init__(message)
        self.message = message


class Refused(PortalError):
    """What was asked cannot be done as it stands; nothing was changed. Carries all problems at once."""

    status = 422

    def __init__(self, message: object = "", problems: Iterable["Problem"] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class Conflict(PortalError):
    """The state has moved on (sold out, already paid, closed); nothing was changed."""

    status = 409


class NotFound(PortalError):
    """Unknown, or somebody else's."""

    status = 404


class Forbidden(PortalError):
    """Logged in, but this kind of person has no business here."""

    status = 403


class TooMany(PortalError):
    """A limit on attempts was reached."""

    status = 429


class Elsewhere(Exception):
    """This page makes no sense now; the one of `endpoint` does. `why` is shown there."""

    def __init__(self, endpoint: str, why: object = "", **values: str | int) -> None:
        super().__init__(endpoint)
        self.endpoint, self.why, self.values = endpoint, why, values


class Misconfigured(PortalError):
    """A setting is missing or wrong; the portal does not start."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(f"{setting}: {reason}")
        self.setting = setting
