"""How large a spreadsheet may be and what reading one may cost. Imports nothing: the reading child starts fast."""

from dataclasses import asdict, dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in seconds. `sheet`: one unpacked sheet; `memory`: address space of the reading child."""

    file: int = 10 * MIB
    rows: int = 20_000
    sheet: int = 64 * MIB
    unpacked: int = 96 * MIB
    answer: int = 64 * MIB
    memory: int = 768 * MIB
    cpu: int = 20
    wall: int = 30

    def as_dict(self) -> dict[str, int]:
        """For the child's command line."""
        return asdict(self)


UPLOAD = Limits()
# For an operator at the machine, who knows the file: a whole site's old register.
OPERATOR = Limits(
    file=64 * MIB,
    rows=200_000,
    sheet=512 * MIB,
    unpacked=640 * MIB,
    answer=512 * MIB,
    memory=3072 * MIB,
    cpu=240,
    wall=300,
)

ENTRIES = 512  # files inside a workbook
DIRECTORY = ENTRIES * 300  # bytes of its directory
STRINGS, STYLES, OTHER = 32 * MIB, 4 * MIB, 4 * MIB  # unpacked parts; real ones: 10 KB of styles
COLUMNS = 200
EMPTY_ROWS = 5_000  # after so many empty rows nothing more is looked for
MERGED = 10_000
TEXT = 1_000  # characters of a cell
