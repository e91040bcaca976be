"""Photos as telephones keep them (HEIC): readable where the extra `heic` is installed, else refused in words."""

from functools import cache

_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}  # ISO/IEC 23008-12
FORMAT = "HEIF"


def is_one(data: bytes) -> bool:
    """Whether a file says that it is a HEIC picture."""
    return data[4:8] == b"ftyp" and data[8:12] in _BRANDS


@cache
def readable() -> bool:
    """Whether this installation can open them. Once per process."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return False
    register_heif_opener(thumbnails=False)
    return True
