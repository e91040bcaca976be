"""Pages of the staff that no declaration generates: home, accounts, roles, joining accounts, pictures of evidence."""

from portal.staff import (  # noqa: F401 - their routes
    accounts,
    evidence,
    home,
    imports,
    lessons,
    licence,
    merging,
    questions,
)
from portal.staff.blueprint import blueprint

__all__ = ["blueprint"]
