"""A small roster: what is asked of a file in these tests."""

import pytest
from flask import Flask

from portal.sheets import values
from portal.sheets.layout import Column, Layout, plain


def _column(key: str, title: str, read: object, required: bool, *names: str) -> Column:
    return Column(key, title, read, frozenset(map(plain, (title, *names))), required)  # type: ignore[arg-type]


@pytest.fixture
def layout(app: Flask) -> Layout:
    return Layout(
        (
            _column("name", "姓名", values.text, True, "学员姓名"),
            _column("id", "身份证号", values.code, True, "居民身份证号码"),
            _column("employer", "单位", values.text, True, "工作单位"),
            _column("hours", "学时", values.hours, False),
            _column("day", "毕业时间", values.day, False),
        )
    )
