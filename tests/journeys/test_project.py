"""Mode 1 of the guide, whole: from 首页 over 学习报名, 学费支付, study and 考核测试 to the certificate."""

from pathlib import Path

from tests.journeys.visitor import Visitor
from tests.journeys.walks import enrol, pay, register, study_all


def test_from_the_home_page_to_the_certificate(visitor: Visitor, tmp_path: Path) -> None:
    who = register(visitor, tmp_path)
    enrol(visitor, who)
    pay(visitor)
    visitor.click("我的项目", exact=False)
    visitor.shot("projects")
    visitor.click("建筑工程", role="link", exact=False)
    visitor.shot("project")
    study_all(visitor)
    visitor.reads("已完成")
    visitor.shot("project-complete")
