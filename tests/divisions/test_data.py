"""The data file of the country's divisions, and its loader."""

from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update

from portal import db
from portal.divisions.load import load, read
from portal.divisions.models import Division

ROWS = {row["code"]: row for row in read()}
TANGSHAN = [
    "130202",
    "130203",
    "130204",
    "130205",
    "130207",
    "130208",
    "130209",
    "130224",
    "130225",
    "130227",
    "130229",
    "130281",
    "130283",
    "130284",
]
ZONES = ["130271", "130272", "130273", "130274"]


def test_codes_are_unique_and_parents_come_first() -> None:
    seen: set[str] = set()
    for row in read():
        assert len(row["code"]) == 6
        assert row["code"] not in seen
        assert row["parent_code"] is None or row["parent_code"] in seen
        assert row["successor_code"] is None or row["successor_code"] in seen
        seen.add(row["code"])


def test_a_parent_stands_one_level_up_and_shares_the_province() -> None:
    above = {"county": {"city", "province"}, "city": {"province"}}
    for row in ROWS.values():
        if row["level"] == "province":
            assert row["parent_code"] is None
            assert row["code"].endswith("0000")
        else:
            assert ROWS[row["parent_code"]]["level"] in above[row["level"]]
            assert row["code"][:2] == row["parent_code"][:2]


def test_the_whole_country_is_there() -> None:
    now = Counter(row["level"] for row in ROWS.values() if row["valid_to"] is None and not row["zone"])
    assert now["province"] == 34
    assert now["city"] == 333  # 293 cities, 7 areas, 30 prefectures, 3 leagues
    # 2,844 counties of the Ministry of Civil Affairs (2023) without the two of 三沙市, here under old names.
    assert now["county"] == 2842
    names = {row["name"] for row in ROWS.values()}
    assert not names & {"市辖区", "省直辖县级行政区划", "自治区直辖县级行政区划"}
    assert all(name == name.strip() and name for name in names)


@pytest.mark.parametrize(
    ("code", "name", "parent"),
    [
        ("110101", "东城区", "110000"),
        ("130200", "唐山市", "130000"),
        ("419001", "济源市", "410000"),
        ("659001", "石河子市", "650000"),
        ("500154", "开州区", "500000"),
        ("441900", "东莞市", "440000"),
        ("710000", "台湾省", None),
        ("810000", "香港特别行政区", None),
    ],
)
def test_known_divisions(code: str, name: str, parent: str | None) -> None:
    assert (ROWS[code]["name"], ROWS[code]["parent_code"]) == (name, parent)


def test_tangshan_has_fourteen_counties_and_four_zones() -> None:
    here = {code: row for code, row in ROWS.items() if row["parent_code"] == "130200" and row["valid_to"] is None}
    assert [code for code, row in here.items() if not row["zone"]] == TANGSHAN
    assert [code for code, row in here.items() if row["zone"]] == ZONES


def test_old_codes_lead_to_a_division_of_today() -> None:
    old = {code: row for code, row in ROWS.items() if row["successor_code"]}
    assert (old["130223"]["successor_code"], old["130230"]["successor_code"]) == ("130284", "130209")
    assert old["130223"]["valid_to"].year == 2018
    for code, row in old.items():
        steps: list[str] = [code]
        here: dict[str, Any] = row
        while here["successor_code"]:
            successor = ROWS[here["successor_code"]]
            assert successor["code"] not in steps
            assert here["valid_to"] is not None
            assert successor["valid_from"] is None or successor["valid_from"] <= here["valid_to"]
            assert successor["valid_to"] is None or successor["valid_to"] > here["valid_to"]
            steps.append(successor["code"])
            here = successor
        assert here["valid_to"] is None


def test_loading_twice_writes_once_and_keeps_what_staff_changed(app: Flask) -> None:
    with db.write() as session:
        assert load(session) == len(ROWS)
    with db.write() as session:
        session.execute(update(Division).where(Division.code == "130208").values(name="丰润"))
        session.execute(update(Division).where(Division.code == "130223").values(valid_to=None, successor_code=None))
    writes: list[str] = []
    event.listen(db.engine(), "before_cursor_execute", lambda *a: writes.append(a[2][:6]))
    with db.write() as session:
        assert load(session) == 1
    assert writes.count("INSERT") == 0
    with db.read() as session:
        assert session.get_one(Division, "130208").name == "丰润"
        assert session.get_one(Division, "130223").successor_code == "130284"
        assert session.scalar(select(func.count()).select_from(Division)) == len(ROWS)


def test_loading_is_one_statement(app: Flask) -> None:
    seen: list[bool] = []
    event.listen(
        db.engine(), "before_cursor_execute", lambda *a: seen.append(a[5]) if a[2].startswith("INSERT") else None
    )
    with db.write() as session:
        load(session)
    assert seen == [True]  # one executemany
