"""Pages of the staff that no declaration generates: home, accounts, roles, joining accounts, pictures of evidence."""

from portal.staff import accounts, evidence, home, imports, licence, merging, questions  # noqa: F401 - their routes
from portal.staff.blueprint import blueprint

__all__ = ["blueprint"]
