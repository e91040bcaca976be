"""The ID number of a learner, and whether staff still have to say whose it is (people/claims.py)."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, String, and_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import UtcDateTime
from portal.vault import Sealed

IN_DOUBT = "claim "  # how the index of a number begins that another account had first


class Numbered:
    """Columns of whoever is named by an ID number."""

    id_kind: Mapped[str] = mapped_column(String(16))  # resident_id | ... (people.identity)
    id_number: Mapped[str] = mapped_column(Sealed)
    id_index: Mapped[str] = mapped_column(String(64), unique=True)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by the learner; what the law asks for is kept
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("learner.id"))  # the same person's other account

    @hybrid_property
    def in_doubt(self) -> bool:
        """Whether another account had this ID number first and staff have not said yet whose it is."""
        return self.id_index.startswith(IN_DOUBT) and self.closed_at is None and self.merged_into is None

    @in_doubt.inplace.expression
    @classmethod
    def _in_doubt(cls) -> ColumnElement[bool]:
        # A range, not LIKE: only a range uses the index on every database.
        begins = and_(cls.id_index >= IN_DOUBT, cls.id_index < IN_DOUBT + "~")
        return and_(begins, cls.closed_at.is_(None), cls.merged_into.is_(None))
