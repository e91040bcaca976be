"""Statements as banks export them: read whole or not at all, every fault named by its line."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import Refused
from portal.orders import numbers
from portal_pay_transfer import codes
from portal_pay_transfer.statements import Row, read
from tests.orders.shop import NOON

HEAD = "交易日期,交易流水号,借方金额,贷方金额,对方户名,摘要,附言"
LINE = '2026-11-24,2026112400017,,"9,600.00",唐山市第一中学,转账,继续教育 P26-0000-0000'


def _csv(*lines: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *lines]).encode()


def test_a_line_is_read() -> None:
    expected = Row("2026112400017", date(2026, 11, 24), 960000, "唐山市第一中学", "转账 继续教育 P26-0000-0000")
    assert read(_csv(LINE)) == [expected]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_preambles_and_tabs(encoding: str) -> None:
    line = LINE.replace('"9,600.00"', "9600")
    table = f"某某银行\n账号,0000\n\n{HEAD}\n{line}"
    assert read(table.encode(encoding))[0].amount == 960000
    assert read(table.replace(",", "\t").encode(encoding))[0].payer == "唐山市第一中学"


def test_money_that_left_is_passed_over() -> None:
    assert read(_csv("20261124,1,50.00,,某公司,房租,", "20261124,2,,0.00,,,", "20261124,3,,-1,,,")) == []


@pytest.mark.parametrize("day", ["2026-11-24", "2026/11/24", "20261124", "2026-11-24 09:12:33", "2026年11月24日"])
def test_days(day: str) -> None:
    assert read(_csv(f"{day},1,,1,,,"))[0].booked_on == date(2026, 11, 24)


@pytest.mark.parametrize(
    "line",
    [
        "2026-13-40,1,,5,,,",
        "x,1,,5,,,",
        "2026-11-24,,,5,,,",
        "2026-11-24,1,,five,,,",
        "2026-11-24,1,,0.001,,,",
        "2026-11-24,1,,1e99,,,",
        "2026-11-24,1,,NaN,,,",
        f"2026-11-24,{'9' * 61},,5,,,",
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_nothing_is_imported(line: str) -> None:
    with pytest.raises(Refused) as refused:
        read(_csv(LINE, line))
    assert "3" in str(refused.value.problems[0].message)


def test_one_number_twice_with_other_contents() -> None:
    assert len(read(_csv(LINE, LINE))) == 2
    with pytest.raises(Refused):
        read(_csv(LINE, LINE.replace("9,600", "9,601")))


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"\xff\xff\xff", b"a,b\n1,2", b"x" * (5 * 1024 * 1024 + 1)])
def test_what_is_no_statement(data: bytes) -> None:
    with pytest.raises(Refused):
        read(data)


@given(st.binary(max_size=300))
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    for start in (b"", HEAD.encode() + b"\n"):
        with suppress(Refused):
            assert all(row.amount > 0 for row in read(start + data))


def test_codes_are_found_however_they_are_written() -> None:
    payment, order = numbers.draw("P", NOON), numbers.draw("D", NOON)
    plain = payment.replace("-", "")
    for remark in (payment, plain, payment.lower(), payment.replace("-", " "), f"学费{plain}，谢谢", f"x {payment}。"):
        assert codes.find(remark) == [payment], remark
    assert codes.find(f"{payment}、{order} {payment}") == [payment, order]
    assert codes.find(payment[:-1] + ("0" if payment[-1] != "0" else "1")) == []
    assert codes.find("P26 转账 2026112400017") == []
