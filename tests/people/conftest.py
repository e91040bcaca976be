"""A city with two counties and a zone, an agreement in force, and a registration that is right in every field."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import db
from portal.divisions.models import Division
from portal.people import service
from portal.people.models import Agreement, Organisation
from portal.people.registration import Registration
from portal.testing import PASSWORD

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
def city(app: Flask) -> Agreement:
    """130200 with 130208 and 130203 and the zone 130271; an agreement; an approved employer in 130208."""
    with db.write() as session:
        session.add(Division(code="130200", name="唐山市", level="city"))
        session.flush()
        for code, name, zone in [("130203", "路北区", False), ("130208", "丰润区", False), ("130271", "芦台", True)]:
            session.add(Division(code=code, name=name, level="county", parent_code="130200", zone=zone))
        session.flush()
        for name, code, state in [
            ("唐山市第一中学", "91350100M000100Y43", "approved"),
            ("唐山市第二中学", "51420000MJH200408C", "pending"),
        ]:
            session.add(Organisation(name=name, code=code, division_code="130208", state=state))
        return service.publish_agreement(session, "用户服务协议", "一、服务", NOW)


@pytest.fixture
def right(city: Agreement) -> Registration:
    return Registration(
        name="周晓岚",
        id_kind="resident_id",
        id_number="11010519491231002X",
        phone="13831552067",
        email="zxl@example.cn",
        division_code="130203",
        employer="唐山市第三中学",
        password=PASSWORD,
        agreement_id=city.id,
        address="10.0.0.7",
    )


@pytest.fixture
def writing(app: Flask) -> Iterator[Session]:
    """A transaction that is rolled back."""
    with pytest.raises(_RollBack), db.write() as session:
        yield session
        raise _RollBack


class _RollBack(Exception):
    pass
