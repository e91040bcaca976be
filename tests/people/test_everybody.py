"""Everybody who really lives in Tangshan can register: numbers of every county, old and new, and every birth year."""

from collections import Counter
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal import db
from portal.access import service as access
from portal.errors import Refused
from portal.people import service
from portal.people.models import Agreement, Learner
from portal.people.registration import Registration
from tests.people.conftest import NOW

# GB/T 2260 as it stood at one time or another: numbers keep the code of the place and day they were given out.
REGIONS = (
    "130201", "130202", "130203", "130204", "130205", "130206", "130207", "130208", "130209", "130211", "130221",
    "130223", "130224", "130225", "130227", "130229", "130230", "130281", "130282", "130283", "130284",
    "132921", "132922", "132923", "132924", "132925", "132926", "132927", "132928",
)  # fmt: skip
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
YEARS = range(1926, 2009)
PEOPLE, AT_ONCE = 3000, 100


def number(serial: int) -> str:
    """A number by the standard's own arithmetic, not by ours."""
    born = date(YEARS[serial % len(YEARS)], 1, 1) + timedelta(days=serial * 7 % 365)
    body = f"{REGIONS[serial % len(REGIONS)]}{born:%Y%m%d}{serial % 1000:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def somebody(serial: int, agreement: Agreement) -> Registration:
    typed = number(serial)
    forms = (typed, typed.lower(), f"{typed[:6]} {typed[6:14]} {typed[14:]}", typed.translate(WIDE))
    return Registration(
        name=("王建国", "古丽巴哈尔·阿卜杜热西提", "欧阳 䶮", "李雪梅")[serial % 4],
        id_kind="resident_id",
        id_number=forms[serial % len(forms)],
        phone=f"139{serial:08d}",
        email="",
        division_code="130208",
        employer="唐山市丰润区第一中学",
        password="right-horse-9",
        agreement_id=agreement.id,
    )


WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@pytest.mark.slow
def test_three_thousand_people_and_not_one_is_refused(app: Flask, city: Agreement) -> None:
    """All of them register, each is the first with their number, and can log in by it."""
    refused = {}
    for start in range(0, PEOPLE, AT_ONCE):
        with db.write() as session:
            for serial in range(start, start + AT_ONCE):
                try:
                    service.register(session, somebody(serial, city), NOW, password_hash="x")
                except Refused as said:
                    refused[number(serial)] = [str(one.message) for one in said.problems]
    assert refused == {}
    with db.read() as session:
        born = Counter(int(one.id_number[6:10]) for one in session.scalars(select(Learner).where(~Learner.in_doubt)))
        assert (set(born), born.total()) == (set(YEARS), PEOPLE)
        assert all(access.find(session, number(serial)) for serial in range(0, PEOPLE, 97))


def test_somebody_of_every_birth_year_registers(app: Flask, city: Agreement) -> None:
    for year in range(len(YEARS)):
        with db.write() as session:
            service.register(session, somebody(year, city), NOW, password_hash="x")
    with db.read() as session:
        assert session.query(Learner).count() == len(YEARS)
