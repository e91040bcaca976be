from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.db import UtcDateTime


class Photo(Model):
    """A re-encoded ID photo of an account. Replaced ones stay until retention removes them."""

    __tablename__ = "photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    storage_key: Mapped[str] = mapped_column(String(120), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
