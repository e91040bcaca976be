"""Copies the few front-end files and the document font from node_modules into the packages.

Run by `make setup` after `npm ci`. What it copies is git-ignored and built into the wheel.
"""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "portal/web/static/vendor"
FONTS = ROOT / "portal/fonts"

FILES: dict[str, Path] = {
    "bootstrap/dist/css/bootstrap.min.css": VENDOR / "bootstrap.min.css",
    "bootstrap/LICENSE": VENDOR / "bootstrap.LICENSE",
    "htmx.org/dist/htmx.min.js": VENDOR / "htmx.min.js",
    "htmx.org/LICENSE": VENDOR / "htmx.LICENSE",
    "@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf": FONTS / "NotoSerifSC-Regular.ttf",
    "@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf": FONTS / "NotoSerifSC-Bold.ttf",
    "@expo-google-fonts/noto-serif-sc/LICENSE_FONT": FONTS / "LICENSE_FONT",
}


def main() -> None:
    for source, target in FILES.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "node_modules" / source, target)
    print(f"{len(FILES)} files copied")


if __name__ == "__main__":
    main()
