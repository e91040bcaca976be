from datetime import datetime

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from portal.clock import now
from portal.db import UtcDateTime
from portal.divisions.following import LiesWith
from portal.divisions.models import Division, listed
from portal.people.numbered import Numbered
from portal.vault import Sealed, current_vault

# FAB demands an e-mail address; most learners have none, and a made-up one would be a lie.
User.__table__.c.email.nullable = True
_ONE = text("role = 'owner' AND ended_at IS NULL")  # owner at a time


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


class Learner(Numbered, Model):
    """A professional who studies. Names and numbers are corrected by request, never by form."""

    __tablename__ = "learner"
    __table_args__ = listed("learner", "name")

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), unique=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    phone: Mapped[str | None] = mapped_column(Sealed)
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True)
    email: Mapped[str | None] = mapped_column(Sealed)
    email_index: Mapped[str | None] = mapped_column(String(64), index=True)
    title_series: Mapped[str | None] = mapped_column(String(40))  # 职称系列
    title_level: Mapped[str | None] = mapped_column(String(20))  # 职称级别
    residence_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))  # by people.rules.county_of
    source: Mapped[str] = mapped_column(String(12), default="registered")  # registered | import
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    account: Mapped[Account] = relationship()
    division: Mapped[Division] = relationship(foreign_keys=[division_code])
    survivor: Mapped["Learner | None"] = relationship(remote_side=[id])
    employments: Mapped[list["Employment"]] = relationship(order_by="Employment.id", back_populates="learner")

    @validates("phone")
    def _index_phone(self, _name: str, phone: str | None) -> str | None:
        """Whoever writes a phone writes its blind index: staff find people by it."""
        self.phone_index = current_vault().blind("phone", phone) if phone else None
        return phone

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
    __table_args__ = listed("organisation", "name")

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), unique=True)
    name: Mapped[str] = mapped_column(String(120), index=True)
    code_kind: Mapped[str] = mapped_column(String(16), default="credit_code")
    code: Mapped[str] = mapped_column(String(20), unique=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    contact_name: Mapped[str | None] = mapped_column(String(60))
    contact_phone: Mapped[str | None] = mapped_column(Sealed)
    state: Mapped[str] = mapped_column(String(12), default="approved", index=True)  # pending | approved | refused
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    division: Mapped[Division] = relationship()
    applications: Mapped[list["OrganisationApplication"]] = relationship(
        order_by="OrganisationApplication.id", back_populates="organisation"
    )
    clerks: Mapped[list["Clerk"]] = relationship(order_by="Clerk.number", back_populates="organisation")

    @validates("account_id")
    def _first_owner(self, _name: str, account_id: int | None) -> int | None:
        """Whoever gives an organisation its account makes that account its first owner."""
        if account_id is not None and not self.clerks:
            self.clerks.append(Clerk(account_id=account_id, role="owner", number=1))
        return account_id

    def __str__(self) -> str:
        return self.name


class Clerk(Model):
    """经办人: an account that acts for an organisation, in one of the roles of people/clerks.py. Rows stay.

    The organisation's orders and messages belong to its `account_id`, whoever placed or read them.
    """

    __tablename__ = "organisation_clerk"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        Index("uq_organisation_clerk_owner", "organisation_id", unique=True, sqlite_where=_ONE, postgresql_where=_ONE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), unique=True)
    role: Mapped[str] = mapped_column(String(8))  # owner | clerk | viewer
    number: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(back_populates="clerks")
    account: Mapped[Account] = relationship()

    def __str__(self) -> str:
        return self.account.get_full_name()


class OrganisationApplication(Model):
    """集体注册: what an organisation gave, a row per submission, and what staff decided. Kept as the history.

    State: open -> approved | refused. `reasons`: why, by field of the form.
    """

    __tablename__ = "organisation_application"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    code_kind: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(20))
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    contact_name: Mapped[str] = mapped_column(String(60))
    contact_phone: Mapped[str] = mapped_column(Sealed)
    licence_key: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(10), default="open", index=True)
    reasons: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    organisation: Mapped[Organisation] = relationship(back_populates="applications")
    division: Mapped[Division] = relationship()


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
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address_digest: Mapped[str | None] = mapped_column(String(64))


class OneTimeCode(Model):
    """Opens one account once: printed on a slip for somebody who proved who they are, or sent by mail.

    Only the digest is kept. channel: slip | mail | sms.
    """

    __tablename__ = "one_time_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    channel: Mapped[str] = mapped_column(String(8))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))  # None: asked for by the person
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # also when a newer one replaced it


class Correction(LiesWith, Model):
    """A request to correct what is on file, with evidence. Nothing changes before staff decide.

    States: people/corrections.py. `note` is the learner's own explanation, `reason` what staff answered.
    """

    __tablename__ = "correction"
    __table_args__ = listed("correction", "state")

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="open", index=True)
    note: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    learner: Mapped[Learner] = relationship()
    items: Mapped[list["CorrectionItem"]] = relationship(order_by="CorrectionItem.id")
    evidence: Mapped[list["CorrectionEvidence"]] = relationship(order_by="CorrectionEvidence.id")


class CorrectionItem(Model):
    """One fact to correct: what stands on file, what should stand there, and the decision about it."""

    __tablename__ = "correction_item"
    __table_args__ = (UniqueConstraint("correction_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    correction_id: Mapped[int] = mapped_column(ForeignKey("correction.id"), index=True)
    field: Mapped[str] = mapped_column(String(12))  # name | id | employer
    before: Mapped[str] = mapped_column(Sealed)
    after: Mapped[str] = mapped_column(Sealed)
    detail: Mapped[str] = mapped_column(String(16), default="")  # id: its kind; employer: its division
    accepted: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(String(300), default="")  # why it was refused


class CorrectionEvidence(Model):
    """A redrawn picture of a document. Removed some time after the decision."""

    __tablename__ = "correction_evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    correction_id: Mapped[int] = mapped_column(ForeignKey("correction.id"), index=True)
    storage_key: Mapped[str] = mapped_column(String(120), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    shredded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
