"""The document font, in two weights: what is drawn as PDF embeds it. Fetched at set-up (tools/assets.py)."""

from pathlib import Path

FONTS = {weight: Path(__file__).parent / f"NotoSerifSC-{weight.title()}.ttf" for weight in ("regular", "bold")}
