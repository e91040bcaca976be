"""What strangers get: wheels, installed outside the checkout, upgraded, served over HTTP and stopped by Ctrl-C."""

import json
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources import ROOT

pytestmark = pytest.mark.slow
Run = subprocess.CompletedProcess[str]


def _run(*command: str | Path, cwd: Path, **environment: str) -> Run:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=_clean() | environment,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def _clean() -> dict[str, str]:
    """The environment without anything that could lead back to the checkout."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PORTAL_", "PYTHON", "COV_"))}


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both distributions, built without a network."""
    folder = tmp_path_factory.mktemp("wheels")
    for source in (ROOT, ROOT / "examples/portal-hello"):
        options = ("--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder))
        _run(sys.executable, "-m", "pip", "-q", "wheel", *options, source, cwd=folder)
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Path:
    """A fresh environment with the two wheels; their dependencies are lent by this one, the checkout is not."""
    folder = tmp_path_factory.mktemp("site")
    _run(sys.executable, "-m", "venv", "--without-pip", "venv", cwd=folder)
    library = Path(
        _run(
            folder / "venv/bin/python", "-c", "import site; print(site.getsitepackages()[0])", cwd=folder
        ).stdout.strip()
    )
    # A folder named in a .pth file is searched last, and its own .pth files (the editable checkout) are not read.
    (library / "lent.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    pip = (sys.executable, "-m", "pip", "-q", "--python", folder / "venv/bin/python")
    _run(*pip, "install", "--no-deps", "--no-index", "--force-reinstall", *sorted(wheels.glob("*.whl")), cwd=folder)
    _run(folder / "venv/bin/portal", "upgrade", cwd=folder, PORTAL_DATA="data")
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = _free_port()
    process = subprocess.Popen(
        [str(site / "venv/bin/portal"), "run", "--port", str(port)],
        cwd=site,
        env=_clean() | {"PORTAL_DATA": "data", "PORTAL_HELLO_NAME": "Tangshan"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    _wait_for(address, process)
    yield process, address
    if process.poll() is None:
        process.kill()
    process.communicate()


def _wait_for(address: str, process: subprocess.Popen[str]) -> None:
    for _ in range(200):
        assert process.poll() is None, process.communicate()[0]
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start within 20 seconds")


def _get(address: str) -> tuple[int, str]:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - loopback
        return answer.status, answer.read().decode()


def test_the_installed_portal_is_not_the_checkout(site: Path) -> None:
    code = "import portal as a, portal_certs as b, portal_hello as c; print(a.__file__, b.__file__, c.__file__)"
    places = _run(site / "venv/bin/python", "-c", code, cwd=site).stdout.split()
    assert all(place.startswith(str(site)) for place in places), places


def test_the_wheel_carries_what_git_does_not(site: Path) -> None:
    library = next((site / "venv/lib").glob("python*/site-packages"))
    for needed in ("portal/web/static/vendor/bootstrap.min.css", "portal/web/templates/web/base.html"):
        assert (library / needed).is_file(), needed
    assert list((library / "portal/fonts").glob("*.ttf"))
    assert list((library / "portal/migrations/versions").glob("core_*.py"))


def test_portal_plugins_lists_the_strangers_plugin(site: Path) -> None:
    said = _run(site / "venv/bin/portal", "plugins", cwd=site, PORTAL_DATA="data").stdout
    line = next(line for line in said.splitlines() if line.startswith("hello"))
    assert line.split()[1:3] == ["1.0", "on"]


def test_the_portal_answers_over_http(server: tuple[subprocess.Popen[str], str]) -> None:
    _process, address = server
    status, body = _get(f"{address}/healthz")
    assert (status, json.loads(body)) == (200, {"status": "ok"})
    status, body = _get(f"{address}/hello")
    assert status == 200
    assert "Tangshan，你好" in body
    assert _get(f"{address}/")[0] == 200
    assert _get(f"{address}/static/vendor/bootstrap.min.css")[0] == 200


def test_ctrl_c_stops_it_within_two_seconds(server: tuple[subprocess.Popen[str], str]) -> None:
    process, _address = server
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 0
    assert time.monotonic() - began < 2
