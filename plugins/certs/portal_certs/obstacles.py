"""What keeps a document from being printed: a missing photo, a doubtful ID number, a character that no font has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal_certs import render
from portal_certs.layout import Layout
from portal_certs.snapshot import Snapshot

SPECIMEN_NUMBER = "HE26-0208-000000-0"  # numbers need no characters that other numbers have not


@dataclass(frozen=True)
class Obstacle:
    """kind: photo (the learner's to do) | number (the office's: whose it is) | characters (the office's: no font)."""

    kind: str
    characters: str = ""


def found(said: Snapshot, layout_data: Mapping[str, Any], *, in_doubt: bool) -> list[Obstacle]:
    """Everything that is missing; empty: it can be printed. `in_doubt`: whether the office must look at the number."""
    layout = Layout.published(layout_data)
    lacking = [Obstacle("number")] if in_doubt else []
    if layout.wants_photo() and not said.photo_key:
        lacking.append(Obstacle("photo"))
    if characters := render.missing(layout, said, SPECIMEN_NUMBER):
        lacking.append(Obstacle("characters", characters))
    return lacking
