"""QR codes of addresses: bytes at error level M, versions 1 to 10, one mask, ISO/IEC 18004.

A library that knows every kind of code looks for version, level and the prettiest of eight masks, and places module by
module: a fifth of what a certificate costs. One mask serves as well as another for a reader.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import zip_longest

LIGHT, DARK, FREE = 0, 1, 2
# Table 9, level M: check bytes of a block, then data bytes of each block.
BLOCKS: dict[int, tuple[int, tuple[int, ...]]] = {
    1: (10, (16,)),
    2: (16, (28,)),
    3: (26, (44,)),
    4: (18, (32,) * 2),
    5: (24, (43,) * 2),
    6: (16, (27,) * 4),
    7: (18, (31,) * 4),
    8: (22, (38,) * 2 + (39,) * 2),
    9: (22, (36,) * 3 + (37,) * 2),
    10: (26, (43,) * 4 + (44,)),
}
# Table E.1: middles of the small squares.
MIDDLES: dict[int, tuple[int, ...]] = {1: (), 7: (6, 22, 38), 8: (6, 24, 42), 9: (6, 26, 46), 10: (6, 28, 50)} | {
    version: (6, 4 * version + 10) for version in range(2, 7)
}
_LEVEL_AND_MASK = 0b00_011  # level M, dark modules turn where row + column is a multiple of three


def rows(text: str) -> list[bytes]:
    """The modules of a code, 1 is dark, without the margin. :raises ValueError: more than 213 bytes."""
    data = text.encode()
    version = next((version for version in BLOCKS if len(data) <= _room(version)), None)
    if version is None:
        raise ValueError("too long for a code")
    blank, order = _pattern(version)
    modules = bytearray(blank)
    bits = bin(int.from_bytes(b"\x01" + _words(data, version)))[3:]
    for place, bit in zip(order, bits, strict=False):  # up to seven places are left over
        modules[place] ^= bit == "1"
    size = _size(version)
    return [bytes(modules[start : start + size]) for start in range(0, size * size, size)]


def _size(version: int) -> int:
    return 17 + 4 * version


def _room(version: int) -> int:
    """Bytes of text: four bits say that bytes follow, eight or sixteen how many."""
    return sum(BLOCKS[version][1]) - (2 if version < 10 else 3)


def _words(data: bytes, version: int) -> bytes:
    """Text with its head, filled up, parted into blocks, and the check bytes of each: interleaved."""
    checks, sizes = BLOCKS[version]
    width, room = 8 if version < 10 else 16, sum(sizes)
    head = (0b0100 << width | len(data)) << 8 * len(data) | int.from_bytes(data)
    body = (head << 4).to_bytes((4 + width + 4) // 8 + len(data))  # four zeros end the text
    body += (b"\xec\x11" * room)[: room - len(body)]
    blocks, start = [], 0
    for size in sizes:
        blocks.append(body[start : start + size])
        start += size
    return bytes(_interleaved(blocks)) + bytes(_interleaved([_checks(block, checks) for block in blocks]))


def _interleaved(blocks: Sequence[bytes]) -> Iterator[int]:
    for column in zip_longest(*blocks):
        yield from (byte for byte in column if byte is not None)


# --- check bytes: Reed-Solomon over GF(256) with x^8 + x^4 + x^3 + x^2 + 1 ------------------------------------------


def _checks(block: bytes, count: int) -> bytes:
    """The rest of a division; a table says by how much each leading byte changes it."""
    steps, rest = _steps(count), 0
    top, low = 8 * (count - 1), (1 << 8 * (count - 1)) - 1
    for byte in block:
        rest = (rest & low) << 8 ^ steps[rest >> top ^ byte]
    return rest.to_bytes(count)


@cache
def _steps(count: int) -> tuple[int, ...]:
    """The generator of so many check bytes, times each byte, as one number."""
    generator = [1]
    root = 1
    for _turn in range(count):
        times = [_product(factor, root) for factor in generator]
        generator = [left ^ right for left, right in zip([*generator, 0], [0, *times], strict=True)]
        root = _product(root, 2)
    return tuple(int.from_bytes(bytes(_product(factor, byte) for factor in generator[1:])) for byte in range(256))


def _product(left: int, right: int) -> int:
    found = 0
    while right:
        if right & 1:
            found ^= left
        left = left << 1 ^ (0x11D if left & 0x80 else 0)
        right >>= 1
    return found


# --- the pattern ----------------------------------------------------------------------------------------------------


@cache
def _pattern(version: int) -> tuple[bytes, tuple[int, ...]]:
    """What all codes of a version share, masked where data will stand; and the places of the bits of the data."""
    size = _size(version)
    grid = [[FREE] * size for _ in range(size)]
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        _square(grid, top + 3, left + 3, 3)
    for place in range(8, size - 8):
        grid[6][place] = grid[place][6] = 1 - place % 2
    middles = MIDDLES[version]
    for row in middles:
        for column in middles:
            if grid[row][column] == FREE or (6 in (row, column) and 6 < max(row, column) < size - 7):
                _square(grid, row, column, 2)
    _say_format(grid)
    if version >= 7:
        _say_version(grid, version)
    order = tuple(row * size + column for row, column in _path(size) if grid[row][column] == FREE)
    flat = [module for line in grid for module in line]
    for place in order:
        flat[place] = int(sum(divmod(place, size)) % 3 == 0)
    return bytes(flat), order


def _square(grid: list[list[int]], middle_row: int, middle_column: int, reach: int) -> None:
    """Rings around a middle; the large ones have a light ring around them, as far as the code goes."""
    size, beyond = len(grid), reach + (reach == 3)
    for row in range(max(0, middle_row - beyond), min(size, middle_row + beyond + 1)):
        for column in range(max(0, middle_column - beyond), min(size, middle_column + beyond + 1)):
            ring = max(abs(row - middle_row), abs(column - middle_column))
            grid[row][column] = int(ring not in (reach - 1, reach + 1))


def _say_format(grid: list[list[int]]) -> None:
    """Level and mask, twice, and the one module that is always dark."""
    said = _with_rest(_LEVEL_AND_MASK, 10, 0b10100110111) ^ 0b101010000010010
    size = len(grid)
    first = [(8, column) for column in (0, 1, 2, 3, 4, 5, 7, 8)] + [(row, 8) for row in (7, 5, 4, 3, 2, 1, 0)]
    second = [(size - 1 - turn, 8) for turn in range(7)] + [(8, size - 8 + turn) for turn in range(8)]
    for places in (first, second):
        for turn, (row, column) in enumerate(places):
            grid[row][column] = said >> 14 - turn & 1
    grid[size - 8][8] = DARK


def _say_version(grid: list[list[int]], version: int) -> None:
    said = _with_rest(version, 12, 0b1111100100101)
    for turn in range(18):
        across, along = len(grid) - 11 + turn % 3, turn // 3
        grid[across][along] = grid[along][across] = said >> turn & 1


def _with_rest(value: int, bits: int, divisor: int) -> int:
    """A value and so many check bits behind it."""
    rest = value << bits
    while rest.bit_length() > bits:
        rest ^= divisor << rest.bit_length() - divisor.bit_length()
    return value << bits | rest


def _path(size: int) -> Iterator[tuple[int, int]]:
    """Two columns at a time from the right, up and down in turn; the column of the dotted line is left out."""
    columns = [*range(size - 1, 6, -2), *range(5, 0, -2)]
    for turn, right in enumerate(columns):
        for row in range(size - 1, -1, -1) if turn % 2 == 0 else range(size):
            yield from ((row, right), (row, right - 1))
