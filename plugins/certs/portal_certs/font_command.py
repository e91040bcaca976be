"""`portal fonts`: adding fonts for rare characters from a folder or a package, and asking which font has a character.

Packages come through their registry's own client (npm, pip) and from nowhere else.
"""

import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from portal.kit import LocalStorage
from portal_certs import fonts

ENDINGS = (".ttf", ".ttc")
LARGEST = 100 * 1024 * 1024  # bytes of one font


@click.group("fonts")
def fonts_() -> None:
    """Fonts of documents: add some for rare characters, ask which one has a character."""


@fonts_.command()
@click.argument("source")
def install(source: str) -> None:
    """Add the TrueType fonts of SOURCE: a folder, npm:PACKAGE or pypi:PACKAGE.

    Only fonts that have a character the chain lacked so far are kept.
    """
    with tempfile.TemporaryDirectory() as folder:
        kept = 0
        for path in sorted(_found(source, Path(folder))):
            more = _more(path)
            click.echo(f"{path.name}: {f'{more} more characters' if more else 'nothing new'}")
            if more:
                LocalStorage(fonts.installed()).put(path.name, path.read_bytes())
                kept += 1
    if not kept:
        raise click.ClickException("no font of it was added")
    click.echo(f"{kept} added in {fonts.installed()}; documents that waited for a character now issue themselves")


@fonts_.command()
@click.argument("text")
def check(text: str) -> None:
    """Say which font draws each character of TEXT. Ends with 1 when one is missing."""
    chain = fonts.chain("regular")
    for character in dict.fromkeys(text):
        font = chain.font_of(character)
        name = unicodedata.name(character, "no name")
        click.echo(f"{character} U+{ord(character):04X} {font.fontName if font else 'MISSING'} ({name})")
    if chain.missing(text):
        raise SystemExit(1)


def _found(source: str, folder: Path) -> Iterator[Path]:
    kind, _, package = source.partition(":")
    if kind == "npm" and package:
        _run("npm", "pack", package, "--pack-destination", str(folder), "--silent")
        for archive in folder.glob("*.tgz"):
            yield from _of_tar(archive, folder)
    elif kind == "pypi" and package:
        _run(
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--only-binary=:all:",
            "-d",
            str(folder),
            package,
        )
        for archive in folder.glob("*.whl"):
            yield from _of_wheel(archive, folder)
    elif Path(source).is_dir():
        yield from (path for path in Path(source).rglob("*") if path.suffix.lower() in ENDINGS)
    else:
        raise click.ClickException(f"{source} is no folder, npm:PACKAGE or pypi:PACKAGE")


def _run(*words: str) -> None:
    try:
        subprocess.run(words, check=True, capture_output=True, text=True, timeout=600)  # noqa: S603 - a list, no shell
    except FileNotFoundError as error:
        raise click.ClickException(f"{words[0]} is not installed") from error
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise click.ClickException(f"{words[0]} could not fetch {words[-1]}") from error


def _of_tar(archive: Path, folder: Path) -> Iterator[Path]:
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member) if _is_font(member.name, member.size) and member.isfile() else None
            if content is not None:
                yield _kept(folder, member.name, content.read())


def _of_wheel(archive: Path, folder: Path) -> Iterator[Path]:
    with zipfile.ZipFile(archive) as wheel:
        for member in wheel.infolist():
            if _is_font(member.filename, member.file_size):
                yield _kept(folder, member.filename, wheel.read(member))


def _is_font(name: str, size: int) -> bool:
    return name.lower().endswith(ENDINGS) and size <= LARGEST


def _kept(folder: Path, name: str, data: bytes) -> Path:
    path = folder / Path(name).name
    path.write_bytes(data)
    return path


def _more(path: Path) -> int:
    """How many characters a font has that the chain lacks. Fonts with other outlines than TrueType have none for us."""
    try:
        known = TTFont(f"asked-{path.stem}", str(path)).face.charToGlyph
    except TTFError:
        return 0
    chain = fonts.chain("regular")
    return sum(chain.font_of(chr(code)) is None for code in known if code >= 0x20)
