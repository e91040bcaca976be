from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.db import UtcDateTime
from portal.rules.rules import Rules


class RuleSet(Model):
    """One version of a place's rules for a year. Published versions never change; orders keep theirs.

    `data` is what portal.rules.rules.Rules reads.
    """

    __tablename__ = "rule_set"
    __table_args__ = (UniqueConstraint("year", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(index=True)
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    effective_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @property
    def rules(self) -> Rules:
        """What this version says."""
        return Rules.model_validate(self.data)

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"
