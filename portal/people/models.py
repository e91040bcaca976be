from datetime import datetime

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import now
from portal.db import UtcDateTime
from portal.divisions.models import Division
from portal.vault import Sealed

# FAB demands an e-mail address; most learners have none, and a made-up one would be a lie.
User.__table__.c.email.nullable = True


class Account(User):
    """Login identity of every kind of person; profiles stand beside it. The whole name is in `first_name`."""

    kind: Mapped[str] = mapped_column(String(12), default="staff", server_default="staff")  # learner|organisation|staff
    must_change: Mapped[bool] = mapped_column(default=False, server_default="0")  # activation before anything else
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    credentials_version: Mapped[int] = mapped_column(default=1, server_default="1")

    def get_full_name(self) -> str:
        return f"{self.last_name}{self.first_name}"

    def __str__(self) -> str:
        return self.get_full_name()


class LoginName(Model):
    """One of the names a person may log in with: a blind index per kind, never the value itself.

    Kinds: resident_id, permit, credit_code, phone, email, user_name.
    """

    __tablename__ = "login_name"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(String(64), unique=True)


class Learner(Model):
    """A professional who studies. Names and numbers are corrected by request, never by form."""

    __tablename__ = "learner"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), unique=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    id_kind: Mapped[str] = mapped_column(String(16))  # resident_id | ... (people.identity)
    id_number: Mapped[str] = mapped_column(Sealed)
    id_index: Mapped[str] = mapped_column(String(64), unique=True)
    phone: Mapped[str | None] = mapped_column(Sealed)
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True)
    email: Mapped[str | None] = mapped_column(String(320))
    title_series: Mapped[str | None] = mapped_column(String(40))  # 职称系列
    title_level: Mapped[str | None] = mapped_column(String(20))  # 职称级别
    residence_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)  # by people.rules.county_of
    source: Mapped[str] = mapped_column(String(12), default="registered")  # registered | import
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    account: Mapped[Account] = relationship()
    division: Mapped[Division] = relationship(foreign_keys=[division_code])
    employments: Mapped[list["Employment"]] = relationship(order_by="Employment.id", back_populates="learner")

    def __str__(self) -> str:
        return self.name


class Employment(Model):
    """Where a learner worked and when; the open one is the present employer. Documents keep the one of their time."""

    __tablename__ = "employment"

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id"), index=True)
    employer_name: Mapped[str] = mapped_column(String(120))
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    valid_to: Mapped[datetime | None] = mapped_column(UtcDateTime)

    learner: Mapped[Learner] = relationship(back_populates="employments")
    division: Mapped[Division] = relationship()


class Organisation(Model):
    """An employer that registered, or one staff entered so that learners can pick it by name."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), unique=True)
    name: Mapped[str] = mapped_column(String(120), index=True)
    code_kind: Mapped[str] = mapped_column(String(16), default="credit_code")
    code: Mapped[str] = mapped_column(String(20), unique=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    contact_name: Mapped[str | None] = mapped_column(String(60))
    contact_phone: Mapped[str | None] = mapped_column(Sealed)
    state: Mapped[str] = mapped_column(String(12), default="approved")  # pending | approved | refused
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    division: Mapped[Division] = relationship()

    def __str__(self) -> str:
        return self.name


class StaffScope(Model):
    """A division whose rows a member of staff may see; its descendants are included."""

    __tablename__ = "staff_scope"
    __table_args__ = (UniqueConstraint("account_id", "division_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))

    division: Mapped[Division] = relationship()


class Agreement(Model):
    """One version of a text people agree to. Never changed: a new wording is a new version."""

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(20), default="service")
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    effective_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AgreementAcceptance(Model):
    """Who accepted which version, when. `address_digest` is a blind index, not the address."""

    __tablename__ = "agreement_acceptance"
    __table_args__ = (UniqueConstraint("account_id", "agreement_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    address_digest: Mapped[str | None] = mapped_column(String(64))
