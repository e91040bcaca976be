"""Stopping: two seconds, whatever the threads are doing."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from threading import Thread

SLOW_SITE = """
import sys, time
from flask import Flask
from portal import serving
from portal.settings import Settings
app = Flask("slow")
app.add_url_rule("/", "page", lambda: "here")
app.add_url_rule("/slow", "slow", lambda: time.sleep(30) or "late")
serving.serve(app, Settings(port=int(sys.argv[1]), worker=False))
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _get(address: str) -> None:
    with suppress(OSError), urllib.request.urlopen(address, timeout=30):  # noqa: S310 - loopback
        pass


def _answers(address: str) -> bool:
    for _ in range(200):
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - loopback
                return True
        except OSError:
            time.sleep(0.05)
    return False


def test_ctrl_c_does_not_wait_for_a_hanging_request(tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{(port := _free_port())}"
    process = subprocess.Popen([sys.executable, "-c", SLOW_SITE, str(port)], cwd=tmp_path, stdout=subprocess.DEVNULL)
    assert _answers(address)
    hanging = Thread(target=_get, args=(f"{address}/slow",), daemon=True)
    hanging.start()
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
    assert time.monotonic() - began < 3  # GRACE and a busy machine; without the last word it is five and more
    hanging.join(timeout=5)
