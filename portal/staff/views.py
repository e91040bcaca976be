"""Pages of the staff that no declaration generates: home, accounts, roles, pictures of evidence, scans of licences."""

from portal.staff import accounts, evidence, home, licence  # noqa: F401 - their routes
from portal.staff.blueprint import blueprint

__all__ = ["blueprint"]
