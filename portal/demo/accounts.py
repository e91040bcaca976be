"""The accounts somebody walks through the demonstration with."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from portal.access import staff_accounts
from portal.audit import service as audit
from portal.clock import SHANGHAI
from portal.credits import service as credits_
from portal.demo import numbers, portrait, reading
from portal.people import passwords, registration
from portal.people import service as people
from portal.people.models import Account, Learner, LoginName, Organisation
from portal.people.registration import Registration
from portal.photos import checks
from portal.photos import service as photos
from portal.rules.rules import MAJOR, PUBLIC
from portal.vault import current_vault

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # without look-alikes
COUNTY = "130208"


@dataclass(frozen=True)
class DemoAccount:
    """How to log in with an account, and what is needed to activate it."""

    key: str
    login: str
    name: str
    password: str
    phone: str = ""


def password(key: str) -> str:
    """A password made from the site's own secret: another one on every site, the same at every start."""
    value = int(current_vault().blind("demo-password", key), 16)
    letters = []
    for _ in range(12):
        value, at = divmod(value, len(_LETTERS))
        letters.append(_LETTERS[at])
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))


def every() -> list[DemoAccount]:
    """All accounts, whether they exist already or not."""
    employer = reading.employers()[0]
    code = numbers.credit_number(employer["kind"], employer["division"], 1)
    return [
        DemoAccount("admin", "admin", "系统管理员", password("admin")),
        DemoAccount("county_staff", "fengrun", "丰润区管理员", password("county_staff")),
        DemoAccount("learner", numbers.id_number("19890312", 901), "周晓岚", password("learner"), numbers.phone(1)),
        DemoAccount(
            "legacy_learner", numbers.id_number("19820726", 902), "何志远", passwords.COMMON_INITIAL, numbers.phone(2)
        ),
        DemoAccount("organisation", code, employer["name"], password("organisation"), numbers.phone(3)),
    ]


def missing(session: Session) -> list[DemoAccount]:
    """Accounts that were not made yet."""
    return [one for one in every() if registration.taken(session, one.login) is None]


def make(session: Session, one: DemoAccount, password_hash: str, year: int, now: datetime) -> None:
    """Makes one account with all that hangs on it."""
    if one.key == "admin":
        staff_accounts.add(session, one.login, one.name, password_hash, staff_accounts.ADMIN)
    elif one.key == "county_staff":
        staff_accounts.add(session, one.login, one.name, password_hash, staff_accounts.COUNTY, [COUNTY])
    elif one.key == "learner":
        _learner(session, one, password_hash, now)
    elif one.key == "legacy_learner":
        _legacy_learner(session, one, password_hash, year, now)
    else:
        _organisation(session, one, password_hash)


def _learner(session: Session, one: DemoAccount, password_hash: str, now: datetime) -> None:
    agreement = people.ensure_agreement(session, now)
    data = Registration(
        name=one.name,
        id_kind="resident_id",
        id_number=one.login,
        phone=one.phone,
        email="",
        division_code=COUNTY,
        employer=reading.employers()[0]["name"],
        password=one.password,
        agreement_id=agreement.id,
    )
    learner = people.register(session, data, now, password_hash)
    learner.title_series, learner.title_level = "工程", "中级"
    photos.keep(session, learner.account_id, checks.check(portrait.draw()), now)


def _legacy_learner(session: Session, one: DemoAccount, password_hash: str, year: int, now: datetime) -> None:
    """Somebody of the old platform: last year's hours complete, ten missing the year before."""
    learner = people.import_learner(
        session,
        name=one.name,
        id_number=one.login,
        phone=one.phone,
        employer=reading.employers()[1]["name"],
        division_code=COUNTY,
        password_hash=password_hash,
        now=now,
    )
    for years_ago, major in ((1, 6000), (2, 5000)):
        for kind, hours, title in (
            (MAJOR, major, "专业科目学习（老平台转入）"),
            (PUBLIC, 3000, "公需科目学习（老平台转入）"),
        ):
            _import_hours(session, learner, year - years_ago, kind, hours, title)


def _import_hours(session: Session, learner: Learner, year: int, kind: str, hours: int, title: str) -> None:
    credits_.earn(
        session,
        learner_id=learner.id,
        year=year,
        kind=kind,
        hours=hours,
        title=title,
        source="import",
        employer_name=learner.employments[0].employer_name,
        now=datetime(year, 11, 30, 12, tzinfo=SHANGHAI).astimezone(UTC),
    )


def _organisation(session: Session, one: DemoAccount, password_hash: str) -> None:
    """The register's first employer gets an account; a staff member has approved it."""
    organisation = session.query(Organisation).filter_by(code=one.login).one()
    account = Account(
        kind="organisation",
        username=f"o-{organisation.code.lower()}",
        first_name=organisation.name[:64],
        last_name="",
        active=True,
        password=password_hash,
    )
    session.add(account)
    session.flush()
    value = registration.index("credit_code", one.login)
    session.add(LoginName(account_id=account.id, kind="credit_code", value=value))
    organisation.account_id, organisation.state = account.id, "approved"
    organisation.contact_name, organisation.contact_phone = "秦素云", one.phone
    audit.record(session, None, "organisation.registered", organisation)
