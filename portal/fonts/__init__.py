"""The document font, in two weights: what is drawn as PDF embeds it. Fetched at set-up (tools/assets.py)."""

from pathlib import Path

FONTS = Path(__file__).parent  # NotoSerifSC-Regular.ttf, NotoSerifSC-Bold.ttf
