"""Pages of the staff that no declaration generates: the home page, accounts, roles."""

from portal.staff import accounts, home  # noqa: F401 - their routes
from portal.staff.blueprint import blueprint

__all__ = ["blueprint"]
