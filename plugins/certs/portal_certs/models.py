from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from portal.kit import Learner, Model, Sealed, UtcDateTime, following, listed

_LIVE = text("kind = 'certificate' AND state IN ('pending', 'issued')")


class Template(Model):
    """How a kind of document looks: a layout in millimetres (see layout.py). A change is a new version."""

    __tablename__ = "certs_template"
    __table_args__ = (UniqueConstraint("kind", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))  # certificate | proof
    version: Mapped[int]
    layout: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"


@event.listens_for(Template, "before_update")
def _never_change(_mapper: Mapper[Template], _connection: Connection, template: Template) -> None:
    """Documents print the version they were issued with, today and in ten years."""
    raise RuntimeError(f"{template} is published: publish a new version")


class Document(following.LiesWith, Model):
    """A certificate of one plan, or a proof of hours. What it says is frozen when it is issued.

    pending (numbered, not printed yet) -> issued -> superseded | revoked; see states.py. `snapshot` is the JSON of
    snapshot.Snapshot, encrypted; `sha256` and `storage_key` are those of the printed file.
    """

    __tablename__ = "certs_document"
    __table_args__ = (
        Index("uq_certs_document_live", "plan_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        *listed("certs_document", "number", "kind", "state", "issued_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), index=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)  # as it is printed
    plain: Mapped[str] = mapped_column(String(24), index=True, unique=True)  # without dashes: how it is found
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    snapshot: Mapped[str] = mapped_column(Sealed)
    template_id: Mapped[int] = mapped_column(ForeignKey("certs_template.id"))
    state: Mapped[str] = mapped_column(String(12), default="pending", index=True)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("certs_document.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(60), default="")  # why it ended: a key of states.REASONS
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    storage_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)  # names the file; nobody can guess it
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    learner: Mapped[Learner] = relationship()
    template: Mapped[Template] = relationship()
    items: Mapped[list["DocumentItem"]] = relationship(order_by="DocumentItem.id")

    def __str__(self) -> str:
        return self.number


class DocumentItem(Model):
    """An entry of the ledger that a document rests on."""

    __tablename__ = "certs_document_item"
    __table_args__ = (UniqueConstraint("document_id", "credit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("certs_document.id"))
    credit_id: Mapped[int] = mapped_column(ForeignKey("credit.id"), index=True)


class Batch(Model):
    """Work on many documents, done by a job for whoever asked and dropped after a while.

    kind: zip (the issued files as one) | print (their pages as one) | issue (what plans are owed). `documents` are ids,
    of plans where certificates are issued, chosen when it was asked for from what its maker may see.
    """

    __tablename__ = "certs_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    pattern: Mapped[str] = mapped_column(String(80))  # names in a ZIP
    documents: Mapped[list[int]] = mapped_column(JSON)
    done: Mapped[int] = mapped_column(default=0)
    storage_key: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Number(Model):
    """The last serial used in a year and place, per kind. Moves by one UPDATE in the transaction that uses it."""

    __tablename__ = "certs_number"

    year: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(6), primary_key=True)  # as numbers say it; "": they do not
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class LookUp(Model):
    """Look-ups from one address in a window, so that nobody reads the register through. The key is a blind index."""

    __tablename__ = "certs_look_up"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    cost: Mapped[int] = mapped_column(default=0)
    window_start: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
