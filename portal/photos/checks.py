"""An uploaded ID photo: judged by the stated rules, then drawn anew. Nothing of the uploaded file is kept.

Drawing anew drops EXIF (with its GPS position), colour profiles, and whatever else hides in a file.
"""

import io
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from PIL import ExifTags, Image, ImageOps, ImageStat, UnidentifiedImageError

from portal.errors import Refused
from portal.photos import heic
from portal.types import Problem

BYTES_MOST = 5 * 1024 * 1024
PASSES_MOST = 64  # of a progressive JPEG: real ones have about ten, each costs as much as the picture has pixels
PIXELS_MOST = 25_000_000  # refused from the header, before anything is unpacked
WIDTH, HEIGHT = 295, 413  # one inch at 300 dots: 25 x 35 mm
KEPT = (590, 826)
ROUGH = 2000  # longest side while it is worked on
RATIO = WIDTH / HEIGHT  # 5:7
NARROWEST, WIDEST = 0.64, 0.80  # cut to 5:7 without harm to a face in the middle; 2:3 and 3:4 are common
DARKEST, FLATTEST = 140.0, 6.0  # mean lightness of the upper corners, spread of the whole; 0 to 255
QUALITY = 90


@dataclass(frozen=True)
class Checked:
    """A photo that passed: JPEG bytes, 5:7, upright, without metadata."""

    data: bytes
    width: int
    height: int


def check(data: bytes) -> Checked:
    """Judges and redraws a photo.

    :raises Refused: one problem at the field `photo`, in words.
    """
    if len(data) > BYTES_MOST:
        raise _refused(_l("The photo is larger than 5 MB. Save it smaller and upload it again."))
    image = opened(data)
    _judge_size(*_upright_size(image))
    image.thumbnail((ROUGH, ROUGH))  # in place: a large photo is not held three times over
    image = upright(image)
    cut = ImageOps.fit(image, _target(image), Image.Resampling.LANCZOS)
    _judge_light(cut)
    out = io.BytesIO()
    clean = Image.new("RGB", cut.size)  # carries none of the file's comments and profiles
    clean.paste(cut)
    clean.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Checked(out.getvalue(), *cut.size)


def opened(data: bytes) -> Image.Image:
    """An unpacked JPEG, PNG or, where it can be read, HEIC. :raises Refused: it is none, or would hurt to unpack."""
    if not data:
        raise _refused(_l("Choose a photo."))
    if heic.is_one(data) and not heic.readable():
        raise _refused(_l("This is a HEIC photo. Save it as JPEG, or let the phone take compatible photos, and retry."))
    try:
        image = Image.open(io.BytesIO(data), formats=formats())
        if image.width * image.height > PIXELS_MOST:
            raise _refused(_l("The photo has too many pixels. Save it smaller and upload it again."))
        if image.format == "JPEG" and too_many_passes(data):
            raise _refused(_l("The picture is damaged or incomplete. Save it again and upload it."))
        if getattr(image, "is_animated", False) and image.format == "PNG":
            raise _refused(_l("The file is an animation. Upload a still photo."))
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _refused(_l("The photo has too many pixels. Save it smaller and upload it again.")) from error
    except UnidentifiedImageError as error:
        raise _refused(_l("The file is no JPEG or PNG picture, whatever its name says.")) from error
    except (OSError, SyntaxError, ValueError, EOFError, RuntimeError) as error:
        raise _refused(_l("The picture is damaged or incomplete. Save it again and upload it.")) from error
    return image


def too_many_passes(data: bytes) -> bool:
    """Whether a JPEG is drawn over and over: a small file would keep a processor busy for minutes."""
    return data.count(b"\xff\xda") > PASSES_MOST  # the marker of a pass; pictures never hold it otherwise


def formats() -> list[str]:
    """What is opened here, by Pillow's names."""
    return ["JPEG", "PNG", *([heic.FORMAT] if heic.readable() else [])]


def upright(image: Image.Image) -> Image.Image:
    """Turned as the camera was held, on white where it was transparent, in plain RGB."""
    turned = ImageOps.exif_transpose(image)
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        clear = turned.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(white, clear).convert("RGB")
    return turned.convert("RGB")


def _upright_size(image: Image.Image) -> tuple[int, int]:
    turned = image.getexif().get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)
    return (image.height, image.width) if turned else (image.width, image.height)


def _judge_size(width: int, height: int) -> None:
    size = {"width": width, "height": height}
    if width >= height:
        raise _refused(_l("The photo is not upright. Cut it to 5 wide and 7 high."))
    if width < WIDTH or height < HEIGHT:
        raise _refused(_l("The photo has %(width)s × %(height)s pixels; it needs at least 295 × 413.", **size))
    if not NARROWEST <= width / height <= WIDEST:
        raise _refused(_l("The photo has %(width)s × %(height)s pixels. Cut it to 5 wide and 7 high.", **size))


def _target(image: Image.Image) -> tuple[int, int]:
    """5:7, no larger than is kept, no larger than what is there."""
    width = min(KEPT[0], image.width, round(image.height * RATIO))
    return max(width, WIDTH), max(round(width / RATIO), HEIGHT)


def _judge_light(image: Image.Image) -> None:
    grey = image.convert("L")
    if ImageStat.Stat(grey).stddev[0] < FLATTEST:
        raise _refused(_l("The photo is empty: one colour all over. Choose another one."))
    side, depth = image.width // 6, image.height // 6
    corners = [(0, 0, side, depth), (image.width - side, 0, image.width, depth)]
    if any(ImageStat.Stat(grey.crop(box)).mean[0] < DARKEST for box in corners):
        raise _refused(_l("The background is too dark. Use a photo taken before a white or light wall."))


def _refused(sentence: object) -> Refused:
    return Refused(sentence, [Problem(sentence, "photo")])
