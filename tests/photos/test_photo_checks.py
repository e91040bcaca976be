"""ID photos: judged by the stated rules, drawn anew, refused in words."""

import io
import struct
import sys
import tracemalloc
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from portal.errors import Refused
from portal.photos import checks, heic, scans
from portal.photos.forms import PhotoForm

pytestmark = pytest.mark.usefixtures("app")


def portrait(width: int = 600, height: int = 840, ground: str = "#f0f0f0", mode: str = "RGB") -> Image.Image:
    image = Image.new("RGB", (width, height), ground)
    ImageDraw.Draw(image).ellipse((width * 0.3, height * 0.25, width * 0.7, height * 0.7), fill="#7a4a30")
    return image.convert(mode)


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def said(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        checks.check(data)
    (problem,) = caught.value.problems
    assert problem.field == "photo"
    return str(problem.message)


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGB"),
                                            ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "1")])  # fmt: skip
def test_good_photos_of_every_mode_become_plain_jpeg(kind: str, mode: str) -> None:
    checked = checks.check(saved(portrait(mode=mode), kind))
    image = Image.open(io.BytesIO(checked.data))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (checked.width, checked.height))


@settings(max_examples=25, deadline=None)
@given(st.integers(295, 900), st.floats(checks.NARROWEST, checks.WIDEST))
def test_photos_about_5_to_7_are_cut_to_5_to_7(width: int, shape: float) -> None:
    height = max(round(width / shape), checks.HEIGHT)
    if not checks.NARROWEST <= width / height <= checks.WIDEST:
        return
    checked = checks.check(saved(portrait(width, height)))
    assert checked.width >= checks.WIDTH
    assert checked.height >= checks.HEIGHT
    assert abs(checked.width / checked.height - 5 / 7) < 0.01


def test_the_smallest_photo_passes_and_one_pixel_less_does_not() -> None:
    assert checks.check(saved(portrait(295, 413))).width == 295
    assert "294 × 413" in said(saved(portrait(294, 413)))
    assert "295 × 412" in said(saved(portrait(295, 412)))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "请选择照片"),
        (b"<html>hello</html>", "不是 JPEG 或 PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "不是 JPEG 或 PNG"),
        (saved(portrait(), "GIF"), "不是 JPEG 或 PNG"),
        (saved(portrait(), "WEBP"), "不是 JPEG 或 PNG"),
        (saved(portrait(840, 600)), "不是竖版"),
        (saved(portrait(600, 600)), "不是竖版"),
        (saved(portrait(400, 900)), "宽 5 高 7"),
        (saved(portrait(800, 900)), "宽 5 高 7"),
        (saved(portrait(ground="#202830")), "背景太暗"),
        (saved(Image.new("RGB", (600, 840), "white")), "只有一种颜色"),
        (saved(portrait())[:4000], "损坏"),
        (b"x" * (checks.BYTES_MOST + 1), "超过 5 MB"),
    ],
    ids=["empty", "html", "svg", "gif", "webp", "wide", "square", "long", "stout", "dark", "blank", "cut", "large"],
)
def test_refusals_say_why(data: bytes, words: str) -> None:
    assert words in said(data)


def test_light_blue_is_light_enough() -> None:
    assert checks.check(saved(portrait(ground="#8fc1ee")))


def test_the_camera_may_have_been_turned() -> None:
    upright = portrait(600, 840)
    lying = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # show it turned a quarter to the right
    checked = checks.check(saved(lying, exif=exif))
    assert checked.height > checked.width
    middle = Image.open(io.BytesIO(checked.data)).getpixel((checked.width // 2, checked.height // 2))
    assert isinstance(middle, tuple)
    assert middle[0] < 160


def test_nothing_of_the_file_but_the_picture_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    data = saved(portrait(), exif=exif, comment=b"hidden words") + b"<?php system('id'); ?>"
    checked = checks.check(data)
    for secret in (b"SecretCamera", b"hidden words", b"php", b"Exif"):
        assert secret in data
        assert secret not in checked.data


def test_a_picture_drawn_over_and_over_is_refused() -> None:
    """A progressive JPEG of a few kilobytes may ask for thousands of passes over all its pixels."""
    data = saved(Image.new("RGB", (600, 840), "white"), progressive=True)
    assert not checks.too_many_passes(data)
    start = data.index(b"\xff\xda")
    again = data[start : data.index(b"\xff", start + 2)]
    bad = data[:start] + again * 200 + data[start:]
    assert "损坏" in said(bad)
    with pytest.raises(Refused):
        scans.check_scan(bad, "licence")


def test_an_animation_is_refused() -> None:
    frames = [portrait(), portrait(ground="#ffffff")]
    data = saved(frames[0], "PNG", save_all=True, append_images=frames[1:])
    assert "动画" in said(data)


def bomb(width: int, height: int) -> bytes:
    """A PNG of these dimensions whose body unpacks to zeroes without end."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10_000_000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(50_000, 50_000), (10_000, 10_000), (5_001, 5_000)])
def test_bombs_are_refused_from_their_header(size: tuple[int, int]) -> None:
    data = bomb(*size)
    tracemalloc.start()
    try:
        assert "像素太大" in said(data)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_files_are_refused_never_a_crash(data: st.DataObject) -> None:
    whole = bytearray(saved(portrait(300, 420), data.draw(st.sampled_from(["JPEG", "PNG"]))))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    kept, sentence = b"", ""
    try:
        kept = checks.check(bytes(whole)).data
    except Refused as refused:
        sentence = str(refused.problems[0].message)
    assert kept.startswith(b"\xff\xd8") or sentence


def heic_photo(width: int = 600, height: int = 840) -> bytes:
    import pillow_heif

    out = io.BytesIO()
    pillow_heif.from_pillow(portrait(width, height)).save(out, quality=80)
    return out.getvalue()


def test_a_heic_photo_of_a_telephone_becomes_plain_jpeg() -> None:
    data = heic_photo()
    assert heic.is_one(data)
    assert Image.open(io.BytesIO(checks.check(data).data)).format == "JPEG"


def test_without_the_extra_a_heic_photo_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    data = heic_photo()
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # not installed
    heic.readable.cache_clear()
    try:
        assert "JPEG" in said(data)
        assert PhotoForm(meta={"csrf": False}).accept == "image/jpeg,image/png"
    finally:
        monkeypatch.undo()
        heic.readable.cache_clear()


@settings(max_examples=25, deadline=None)
@given(st.integers(12, 3000), st.binary(min_size=1, max_size=40))
def test_damaged_heic_photos_are_refused_in_words(at: int, dirt: bytes) -> None:
    data = heic_photo()
    with suppress(Refused):  # and nothing else
        checks.check(data[:at] + dirt + data[at + len(dirt) :])
    assert said(data[: at // 2 + 12])
