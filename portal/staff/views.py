"""Pages of the staff that no declaration generates: the home page, accounts, roles, pictures of evidence."""

from portal.staff import accounts, evidence, home, imports, merging  # noqa: F401 - their routes
from portal.staff.blueprint import blueprint

__all__ = ["blueprint"]
