"""合格证书: certificates, proofs and their verification."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from click import Command
from flask import Blueprint
from sqlalchemy.orm import Session

from portal.kit import (
    Account,
    Award,
    HomeCard,
    JobSpec,
    Learner,
    LearnersMerged,
    Model,
    NavItem,
    PersonalRows,
    Plan,
    PlanAction,
    PlanCompleted,
    PlanRevoked,
    PluginSetting,
    Role,
    Screen,
    _l,
    hookimpl,
)
from portal_certs import (
    batches,  # noqa: F401 - its routes
    bundling,
    checklist,
    designing,  # noqa: F401 - its routes
    issuing,
    pages,
    patterns,
    personal,
    service,
    verifying,
)
from portal_certs.command import documents
from portal_certs.font_command import fonts_
from portal_certs.models import Batch, Document, DocumentItem, LookUp, Number, Template
from portal_certs.staff import Documents, Templates


@hookimpl
def models() -> Iterable[type[Model]]:
    return [Template, Document, DocumentItem, Batch, Number, LookUp]


@hookimpl
def migrations() -> Path:
    return Path(__file__).parent / "migrations"


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    return [pages.blueprint]


@hookimpl
def screens() -> Iterable[type[Screen]]:
    return [Documents, Templates]


@hookimpl
def commands() -> Iterable[Command]:
    return [documents, fonts_]


@hookimpl
def roles() -> Iterable[Role]:
    """County staff look at the documents of their county."""
    return [Role("county_staff", _l("County staff"), {Documents.key: "read"})]


@hookimpl
def settings() -> Iterable[PluginSetting]:
    return [
        PluginSetting("prefix", "", "one to four capitals, {prefix} in numbers; empty: the letters of the province"),
        PluginSetting(
            "pattern",
            patterns.DEFAULT,
            "how new numbers are put together, of prefix, year, place, division, kind, serial and check",
        ),
        PluginSetting(
            "seal", "", "name along the arc of the seal; empty: PORTAL_SITE_OFFICE without what stands in brackets"
        ),
        PluginSetting("whole_ids", False, "print and freeze whole ID numbers instead of masked ones"),
        PluginSetting("fonts", "", "TTF files for rare characters, asked after the document font, parted like PATH"),
        PluginSetting(
            "signing",
            "",
            "file with the key that signs documents and its certificates; empty: signing/signer.pem in the data folder",
        ),
        PluginSetting("signing_passphrase", "", "opens that key; empty: one that the index pepper gives"),
    ]


@hookimpl
def awards() -> Iterable[Award]:
    return [Award(service.AWARD, _l("Certificate of qualification"))]


@hookimpl
def jobs() -> Iterable[JobSpec]:
    return [
        JobSpec(service.PRINT, issuing.print_document),
        JobSpec(issuing.OWED, issuing.issue_owed, every=timedelta(minutes=1)),
        JobSpec(service.BATCH, bundling.make),
        JobSpec(bundling.DROP, bundling.drop_old, every=timedelta(hours=1)),
        JobSpec(issuing.FORGET, issuing.forget, every=timedelta(hours=1)),
    ]


@hookimpl
def nav_items(user: Account | None, audience: str) -> Iterable[NavItem]:
    items = [NavItem("verify", _l("Verify a certificate"), "certs.verify", weight=60)]
    if audience == "learner":
        items.append(NavItem("certificates", _l("My documents"), "certs.certificates", place="centre", weight=30))
    return items


@hookimpl
def home_cards(user: Account | None) -> Iterable[HomeCard]:
    return [
        HomeCard("verify", "certs/card_verify.html", weight=60, context={"example": verifying.example}, lasting=True),
        HomeCard("certificates", "certs/card_mine.html", place="centre", context={"documents": pages.latest}),
    ]


@hookimpl
def plan_actions(session: Session, plans: Sequence[Plan], user: Account) -> Iterable[PlanAction]:
    return checklist.lines(session, plans)


@hookimpl
def plan_completed(session: Session, event: PlanCompleted) -> None:
    issuing.completed(session, event)


@hookimpl
def plan_revoked(session: Session, event: PlanRevoked) -> None:
    issuing.revoked(session, event)


@hookimpl
def personal_data(session: Session, learner: Learner) -> Iterable[PersonalRows]:
    return personal.rows(session, learner)


@hookimpl
def learners_merged(session: Session, event: LearnersMerged) -> None:
    personal.joined(session, event)
