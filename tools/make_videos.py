"""Draws the sample videos of portal/demo/media: `python tools/make_videos.py` (needs ffmpeg and Noto Sans CJK).

Each is a title card with a simple moving drawing and a soft tone: 12 s, 640x360, H.264 and AAC in MP4, under 150 KB.
"""

import math
import subprocess
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).parent.parent / "portal/demo/media"
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
SIZE, RATE, SECONDS = (640, 360), 12, 12
PAPER, INK, SOFT, LINE = "#f6f4ee", "#1a2428", "#5c686f", "#e0dbcf"
ACCENT, PUBLIC, WARM = "#0b5b69", "#4a929d", "#d0912a"
SCALE = 2  # drawn twice as large and shrunk: smooth edges
Point = tuple[float, float]


class Card:
    """One frame, in units of the finished picture."""

    def __init__(self) -> None:
        self._image = Image.new("RGB", (SIZE[0] * SCALE, SIZE[1] * SCALE), PAPER)
        self._pen = ImageDraw.Draw(self._image)

    def line(self, points: list[Point], colour: str = INK, width: float = 3) -> None:
        self._pen.line([(x * SCALE, y * SCALE) for x, y in points], colour, round(width * SCALE), joint="curve")

    def box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        if right > left and bottom > top:
            self._pen.rectangle((left * SCALE, top * SCALE, right * SCALE, bottom * SCALE), colour)

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        box = [(x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE]
        self._pen.ellipse(box, colour)

    def arc(self, x: float, y: float, radius: float, start: float, end: float, colour: str, width: float) -> None:
        box = [(x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE]
        self._pen.arc(box, start - 90, end - 90, colour, round(width * SCALE))

    def text(self, x: float, y: float, text: str, size: int, colour: str = INK, anchor: str = "lm") -> None:
        font = ImageFont.truetype(FONT, size * SCALE, index=2)
        self._pen.text((x * SCALE, y * SCALE), text, colour, font, anchor=anchor)

    def shrunk(self) -> bytes:
        return self._image.resize(SIZE, Image.Resampling.LANCZOS).tobytes()


def clock(card: Card, t: float) -> None:
    """A ring of 90 hours fills; the hand goes round once."""
    x, y = 480, 165
    card.arc(x, y, 78, 0, 360, LINE, 14)
    card.arc(x, y, 78, 0, min(t, 2 / 3) * 360, ACCENT, 14)
    if t > 2 / 3:
        card.arc(x, y, 78, 240, t * 360, WARM, 14)
    angle = t * 2 * math.pi
    card.line([(x, y), (x + 52 * math.sin(angle), y - 52 * math.cos(angle))], INK, 4)
    card.dot(x, y, 5, INK)


def balance(card: Card, t: float) -> None:
    """A beam swings and comes to rest."""
    x, y = 480, 110
    tilt = 0.32 * math.cos(t * 5 * math.pi) * (1 - t)
    card.line([(x, y), (x, 245)], INK, 4)
    card.line([(x - 45, 246), (x + 45, 246)], INK, 5)
    ends = [(x - 92 * math.cos(tilt), y - 92 * math.sin(tilt)), (x + 92 * math.cos(tilt), y + 92 * math.sin(tilt))]
    card.line(ends, INK, 5)
    for (px, py), colour in zip(ends, (ACCENT, WARM), strict=True):
        card.line([(px, py), (px - 26, py + 62)], SOFT, 2)
        card.line([(px, py), (px + 26, py + 62)], SOFT, 2)
        card.box(px - 30, py + 62, px + 30, py + 70, colour)
    card.dot(x, y, 7, INK)


def bars(card: Card, t: float) -> None:
    """Columns grow one after another."""
    heights = (62, 96, 78, 124, 142, 112)
    for i, height in enumerate(heights):
        grown = height * max(0.0, min(1.0, t * 8 - i))
        left = 372 + i * 37
        card.box(left, 240 - grown, left + 25, 240, (ACCENT, PUBLIC)[i % 2])
    card.line([(362, 241), (600, 241)], INK, 3)
    card.line([(362 + 238 * t, 84), (362 + 238 * t, 241)], WARM, 2)


def network(card: Card, t: float) -> None:
    """A signal runs along the edges of a small net."""
    nodes = [(380, 170), (450, 95), (450, 240), (530, 130), (540, 225), (600, 165)]
    edges = [(0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 5), (1, 2), (3, 4)]
    for a, b in edges:
        card.line([nodes[a], nodes[b]], LINE, 4)
    path = [0, 1, 3, 5, 4, 2, 0]
    at = t * (len(path) - 1)
    step = min(int(at), len(path) - 2)
    (ax, ay), (bx, by) = nodes[path[step]], nodes[path[step + 1]]
    for n, (x, y) in enumerate(nodes):
        card.dot(x, y, 13, ACCENT if n in path[: step + 1] else PUBLIC)
    card.dot(ax + (bx - ax) * (at - step), ay + (by - ay) * (at - step), 8, WARM)


CARDS: dict[str, tuple[Callable[[Card, float], None], str, str, int]] = {
    "clock": (clock, "学时", "按服务器时钟记入学时", 220),
    "balance": (balance, "标准与规范", "对照条文，权衡取舍", 247),
    "bars": (bars, "数据与案例", "用数字看清问题", 262),
    "network": (network, "方法与协作", "把流程连成一张网", 294),
}


def frame(draw: Callable[[Card, float], None], title: str, subtitle: str, t: float) -> bytes:
    """One picture at `t` from 0 to 1."""
    card = Card()
    card.text(40, 62, "示例视频", 15, SOFT)
    card.text(40, 130, title, 36)
    card.text(40, 176, subtitle, 18, SOFT)
    draw(card, t)
    card.box(40, 300, 600, 310, LINE)
    card.box(40, 300, 40 + 560 * t, 310, ACCENT)
    for second in range(0, SECONDS + 1, 3):
        x = 40 + 560 * second / SECONDS
        card.line([(x, 312), (x, 318)], SOFT, 1)
        card.text(x, 330, f"{second}", 12, SOFT, "mm")
    return card.shrunk()


def make(name: str) -> None:
    """Writes one video."""
    draw, title, subtitle, hertz = CARDS[name]
    tone = f"sine=frequency={hertz}:sample_rate=44100:duration={SECONDS}"
    quiet = f"volume=0.06,afade=t=in:d=1.5,afade=t=out:st={SECONDS - 2}:d=2"
    command = ["ffmpeg", "-loglevel", "error", "-y"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "640x360", "-r", str(RATE), "-i", "-"]
    command += ["-f", "lavfi", "-i", tone, "-af", quiet, "-c:a", "aac", "-b:a", "32k", "-ac", "1"]
    command += ["-c:v", "libx264", "-profile:v", "main", "-pix_fmt", "yuv420p", "-crf", "29", "-g", str(RATE)]
    command += ["-preset", "slow", "-movflags", "+faststart", "-map_metadata", "-1", "-fflags", "+bitexact"]
    command += ["-shortest", str(FOLDER / f"{name}.mp4")]
    frames = RATE * SECONDS
    pictures = b"".join(frame(draw, title, subtitle, n / (frames - 1)) for n in range(frames))
    subprocess.run(command, input=pictures, check=True)


if __name__ == "__main__":
    for chosen in CARDS:
        make(chosen)
        file = FOLDER / f"{chosen}.mp4"
        print(f"{file.name}: {file.stat().st_size / 1024:.0f} KB")
