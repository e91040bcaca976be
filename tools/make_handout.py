"""Draws the sample document of portal/demo/media: `python tools/make_handout.py` (needs the fonts of `make setup`).

Four pages in the shape of a slide, so that one fits on a screen and its letters can be read on a telephone.
"""

from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

ROOT = Path(__file__).parent.parent
FILE = ROOT / "portal/demo/media/handout.pdf"
WIDTH, HEIGHT, EDGE = 480, 360, 40  # points
INK, SOFT, LINE, MAJOR, PUBLIC = "#1a2428", "#5c686f", "#e0dbcf", "#0b5b69", "#d0912a"
TITLE = "学时登记与使用"
PAGES = (
    (
        "一年九十学时",
        (
            "每年累计不少于 90 学时。",
            "专业科目不少于 60 学时，公需科目补足其余。",
            "多学的学时留在当年，不转入下一年。",
        ),
    ),
    (
        "学时怎样计入",
        ("每一秒只计一次，重看不再增加。", "以服务器的时钟为准，快进不计入。", "断网时已学的内容保留，恢复后补记。"),
    ),
    (
        "哪些学习可以折算",
        ("参加其他单位的培训、学术会议。", "发表论文、取得专利、出版著作。", "附上证明材料，由管理部门按规则折算。"),
    ),
    (
        "证书与证明",
        ("完成整个项目：发合格证书。", "完成单门课程：开学时证明。", "两者都有编号和二维码，任何人都能查验。"),
    ),
)


def _bar(canvas: Canvas) -> None:
    """Ninety hours to scale: sixty professional, thirty public."""
    wide, y = WIDTH - 2 * EDGE, 70
    canvas.setFillColor(MAJOR)
    canvas.rect(EDGE, y, wide * 2 / 3, 18, stroke=0, fill=1)
    canvas.setFillColor(PUBLIC)
    canvas.rect(EDGE + wide * 2 / 3, y, wide / 3, 18, stroke=0, fill=1)
    canvas.setFont("text", 12)
    canvas.setFillColor(SOFT)
    canvas.drawString(EDGE, y + 26, "专业科目 60")
    canvas.drawRightString(WIDTH - EDGE, y + 26, "公需科目 30")


def _page(canvas: Canvas, number: int, heading: str, lines: tuple[str, ...]) -> None:
    canvas.setFillColor(SOFT)
    canvas.setFont("text", 12)
    canvas.drawString(EDGE, HEIGHT - 44, f"示例讲义 · {TITLE}")
    canvas.setFillColor(INK)
    canvas.setFont("title", 28)
    canvas.drawString(EDGE, HEIGHT - 92, heading)
    canvas.setFont("text", 17)
    for place, line in enumerate(lines):
        canvas.drawString(EDGE, HEIGHT - 140 - 34 * place, f"{place + 1}  {line}")
    if number == 1:
        _bar(canvas)
    canvas.setStrokeColor(LINE)
    canvas.line(EDGE, 44, WIDTH - EDGE, 44)
    canvas.setFillColor(SOFT)
    canvas.setFont("text", 12)
    canvas.drawRightString(WIDTH - EDGE, 24, f"{number} / {len(PAGES)}")
    canvas.showPage()


def make() -> None:
    """Writes the document; the same one from the same fonts."""
    for name, file in (("text", "NotoSerifSC-Regular.ttf"), ("title", "NotoSerifSC-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(ROOT / "portal/fonts" / file)))
    canvas = Canvas(str(FILE), (WIDTH, HEIGHT), invariant=1, lang="zh-CN")
    canvas.setTitle(TITLE)
    for number, (heading, lines) in enumerate(PAGES, 1):
        _page(canvas, number, heading, lines)
    canvas.save()


if __name__ == "__main__":
    make()
    print(f"{FILE.name}: {FILE.stat().st_size / 1024:.0f} KB")
