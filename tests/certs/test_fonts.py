"""Rare characters: which font draws them, fonts a site adds, and that they are copied as themselves."""

import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from pypdf import PdfReader

from portal_certs import font_command, fonts, render
from portal_certs.layout import Layout, supplied
from portal_certs.sample import NUMBER, SAMPLE
from tests.certs.holder import NOW, PHOTO, RARE, catch_up, document_of, made
from tests.certs.test_rendering import _one_glyph


def _run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["fonts", *words])
    return result.exit_code, result.output


@pytest.mark.parametrize("name", ["阿不都热依木·买买提", "欧阳\U0002cc56"])
def test_rare_names_are_printed_copied_and_found(app: Flask, name: str) -> None:
    assert fonts.chain("bold").missing(name) == ""
    said = SAMPLE.model_copy(update={"name": name})
    data = render.render(Layout.model_validate(supplied("certificate")), said, NUMBER, PHOTO.data, NOW)
    assert name in re.sub(r"\s", "", PdfReader(io.BytesIO(data)).pages[0].extract_text())
    text = pypdfium2.PdfDocument(data)[0].get_textpage()
    assert name in re.sub(r"\s", "", text.get_text_range())
    if shutil.which("pdftotext"):
        done = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True)
        assert name in re.sub(r"\s", "", done.stdout.decode())


def test_a_folder_of_fonts_lets_a_waiting_certificate_go(app: Flask, tmp_path: Path) -> None:
    holder = made(f"周{RARE}岚")
    catch_up()
    assert _run(app, "check", f"周{RARE}")[0] == 1
    (tmp_path / "sources").mkdir()
    _one_glyph(tmp_path / "sources" / "rare.ttf", RARE)
    code, said = _run(app, "install", str(tmp_path / "sources"))
    assert (code, "rare.ttf: 1 more characters" in said) == (0, True)
    assert f"{RARE} U+28B4E Rare" in _run(app, "check", RARE)[1] or _run(app, "check", RARE)[0] == 0
    catch_up()
    assert document_of(holder).state == "issued"
    assert "nothing new" in _run(app, "install", str(tmp_path / "sources"))[1]


def _packed(folder: Path, source: Path, words: tuple[str, ...]) -> None:
    """What the registry's client leaves behind, made by the client itself from a package of our own."""
    if words[0] == "npm":
        package = folder / "package"
        package.mkdir()
        (package / "package.json").write_text(json.dumps({"name": "rare-font", "version": "1.0.0"}))
        shutil.copy(source, package)
        subprocess.run(
            ["npm", "pack", "--silent", "--pack-destination", str(folder)], cwd=package, check=True, capture_output=True
        )
    else:
        with zipfile.ZipFile(folder / "rare_font-1.0-py3-none-any.whl", "w") as wheel:
            wheel.write(source, "rare_font/../../rare.ttf")


@pytest.mark.parametrize("kind", ["npm", "pypi"])
def test_fonts_of_a_package_are_taken(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    if kind == "npm" and not shutil.which("npm"):
        kind = "pypi"
    source = Path(_one_glyph(tmp_path / "rare.ttf", RARE))
    (tmp_path / "fetched").mkdir()
    monkeypatch.setattr(font_command, "_run", lambda *words: _packed(tmp_path / "fetched", source, (kind,)))
    found = list(font_command._found(f"{kind}:rare-font", tmp_path / "fetched"))
    assert [path.name for path in found] == ["rare.ttf"]
    assert all(path.parent == tmp_path / "fetched" for path in found)
    assert font_command._more(found[0]) == 1


def test_what_is_no_source_or_no_font_is_said(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "broken.ttf").write_bytes(b"no font")
    for source in (str(tmp_path / "absent"), "npm:", str(tmp_path / "broken")):
        code, said = _run(app, "install", source)
        assert (code, "Error" in said) == (1, True), source
    assert not fonts.installed().exists() or not list(fonts.installed().iterdir())
