"""A running portal with demo data, and a browser that looks at it as people do: desktop and phone, with axe.

Chromium is the system's (`apt-get install chromium`). Without it the journeys are skipped with a loud line; with
CI=true they fail instead.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.journeys.visitor import Visitor
from tests.sources import ROOT

SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
        "device_scale_factor": 2,
    },
}


@dataclass(frozen=True)
class Site:
    """A portal that runs in a process of its own."""

    address: str
    data: Path
    accounts: dict[str, dict[str, str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/journeys" in item.path.as_posix():
            item.add_marker(pytest.mark.journey)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The portal that most journeys share."""
    with running(tmp_path_factory.mktemp("site")) as found:
        yield found


@contextmanager
def running(data: Path, **settings: str) -> Iterator[Site]:
    """Starts the portal on demo data, with further settings from the environment, and stops it with Ctrl-C."""
    port = _free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PORTAL_")}
    environment |= {"PORTAL_DATA": str(data), "PORTAL_PORT": str(port), **settings}
    command = str(Path(sys.executable).parent / "portal")
    subprocess.run([command, "demo", "--quiet"], cwd=ROOT, env=environment, check=True, timeout=300)
    with (data / "server.log").open("w") as log:
        process = subprocess.Popen(
            [command, "run", "--port", str(port)], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, process, data)
        yield Site(address, data, json.loads((data / "demo-accounts.json").read_text("utf-8")))
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)


def _wait_for(address: str, process: "subprocess.Popen[bytes]", data: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, (data / "server.log").read_text()
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the portal did not answer within 30 seconds")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        message = "NO CHROMIUM: the browser journeys did not run (apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        yield browser
        browser.close()


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    """Every journey is walked on a desktop and on a phone."""
    return str(request.param)


@pytest.fixture
def context(browser: Browser, size: str) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **SIZES[size])
    context.set_default_timeout(30_000)  # a busy machine is no mistake of the page
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def visitor(page: Page, site: Site, size: str) -> Iterator[Visitor]:
    """Somebody in front of the screen; at the end the browser must not have complained about anything."""
    visitor = Visitor(page, site.address, size)
    yield visitor
    assert visitor.complaints == []
