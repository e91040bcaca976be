from datetime import date

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship


class Division(Model):
    """A province, city, county or development zone. `code` is the six-digit GB/T 2260 code.

    Old codes stay (ID numbers and old accounts carry them) and point to the division that took over.
    """

    __tablename__ = "division"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"), index=True)
    level: Mapped[str] = mapped_column(String(10))  # province | city | county
    zone: Mapped[bool] = mapped_column(default=False)  # a development zone: employers sit there, GB/T 2260 knows none
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))

    parent: Mapped["Division | None"] = relationship(foreign_keys=[parent_code], remote_side=[code])

    def __str__(self) -> str:
        return self.name


def listed(table: str, *columns: str) -> tuple[Index, ...]:
    """Indexes of a table that is listed by division: newest first, and by each of these columns."""
    further = (Index(f"ix_{table}_division_{name}", "division_code", name, "id") for name in columns)
    return Index(f"ix_{table}_division_code", "division_code", "id"), *further
