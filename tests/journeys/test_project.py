"""Mode 1 of the guide, whole: from 首页 over 学习报名, 学费支付, study and 考核测试 to the certificate."""

import re
from pathlib import Path

from tests.journeys.visitor import Visitor
from tests.journeys.walks import certificate, enrol, pay, proof, register, study_all


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
    words = certificate(visitor)
    assert "合格证书" in words.replace(" ", "")
    assert who.name in words
    assert who.id_number not in words  # masked by default
    number = re.search(r"HE\d\d-\d{4}-\d{6}-\d", words)
    assert number
    visitor.menu("证书查验")
    visitor.fill("证书编号", number[0].replace("-", " ").lower())
    visitor.fill("证书上的姓名", who.name)
    visitor.click("查验", role="button")
    visitor.reads("有效")
    visitor.reads("签发时的内容")
    visitor.shot("verified")
    assert "学时证明" in proof(visitor).replace(" ", "")
