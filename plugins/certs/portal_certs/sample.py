"""An invented document with long values, for previews and checks of a layout."""

import io
from datetime import date

from PIL import Image

from portal.kit import MAJOR, PUBLIC, document_variables
from portal_certs.snapshot import Course, Snapshot


def photo() -> bytes:
    """A grey JPEG of the size of an ID photo: nobody's face."""
    out = io.BytesIO()
    Image.new("RGB", (295, 413), "#d5dadd").save(out, "JPEG", quality=85)
    return out.getvalue()


NUMBER = "HE26-0208-000000-0"
SAMPLE = Snapshot(
    name="古丽巴哈尔·阿卜杜热西提",
    id_kind="resident_id",
    id_shown="130208 ******** 0028",
    employer="唐山市丰润区燕山建筑设计研究院有限责任公司曹妃甸分公司第二勘察设计所",
    division_code="130208",
    division="河北省唐山市丰润区",
    project="2026 年度河北省唐山市专业技术人员继续教育·建筑工程与岩土勘察专业",
    year=2026,
    courses=(
        Course(title="岩土工程勘察新规范与典型事故分析", kind=MAJOR, hours=6000, year=2026, earned_on=date(2026, 4, 2)),
        Course(title="数字化转型与数据安全", kind=PUBLIC, hours=3000, year=2026, earned_on=date(2026, 5, 19)),
    ),
    rules="2026 年度规则 v1",
    office="继续教育管理服务中心",
    site="专业技术人员继续教育",
    address="https://portal.example",
    seal="继续教育管理服务中心",
    specimen=True,
    issued_on=date(2026, 5, 20),
)


def invented() -> Snapshot:
    """The same with what other plugins' variables say in a preview."""
    return SAMPLE.model_copy(update={"more": {one.key: str(one.sample) for one in document_variables()}})
