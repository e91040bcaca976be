"""A city with a county that changed its name, and registers of the old platform."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook

from portal import db
from portal.divisions.models import Division
from portal.legacy import importing
from portal.legacy.importing import Outcome
from portal.people import identity, service
from portal.people.models import Organisation
from portal.sheets import reading
from tests.sheets.making import saved

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
WIDE = (
    "姓名", "身份证号码", "手机号", "工作单位", "所在区县", "2024年专业学时", "2024年公需学时", "2024年证书编号",
    "2025年专业学时",
)  # fmt: skip
LONG = ("姓名", "身份证号码", "手机号", "工作单位", "年度", "专业学时", "公需学时", "证书编号")


def number(serial: int, born: str = "19820726") -> str:
    """A right ID number."""
    first = f"130208{born}{serial:03d}"
    return first + identity.check_digit(first)


def person(serial: int, **other: Any) -> list[Any]:
    """A row of the wide register."""
    values = {
        "name": "何志远", "id": number(serial), "phone": f"139{serial:08d}", "employer": "唐山市第一中学",
        "division": "丰润区", "major": 60, "public": 30, "certificate": f"TS2024{serial:05d}", "next": "",
    }  # fmt: skip
    return list({**values, **other}.values())


def register(*rows: list[Any], headings: tuple[str, ...] = WIDE) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for one in (headings, *rows):
        sheet.append(list(one))
    return saved(book)


@pytest.fixture
def city(app: Flask) -> None:
    with db.write() as session:
        session.add(Division(code="130200", name="唐山市", level="city"))
        session.flush()
        session.add(Division(code="130284", name="滦州市", level="county", parent_code="130200"))
        session.flush()
        for code, name, other in [
            ("130208", "丰润区", {}),
            ("130203", "路北区", {}),
            ("130223", "滦县", {"valid_to": date(2018, 9, 1), "successor_code": "130284"}),
        ]:
            session.add(Division(code=code, name=name, level="county", parent_code="130200", **other))
        session.add(Organisation(name="唐山市第一中学", code="91350100M000100Y43", division_code="130203"))
        service.ensure_agreement(session, NOW)


@pytest.fixture
def bring(city: None) -> Callable[..., Outcome]:
    def run(data: bytes, *, dry: bool = False, anyway: bool = False) -> Outcome:
        return importing.bring_over(reading.read(data), "130200", NOW, dry=dry, anyway=anyway)

    return run
