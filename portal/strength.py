"""What a setting gives away: secrets somebody typed, servers that were told of several processes."""

import os
import re
import shlex
import sys
from base64 import urlsafe_b64decode
from binascii import Error
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

VARIETY = 8  # different characters a secret has at least: one in 28 million of 32 random hexadecimal digits has fewer
KEY_BYTES, KEY_VARIETY = 32, 16  # of a vault key; 32 random bytes have about 30 different ones
_WORKERS = re.compile(r"^(?:-w|--workers)=?(\d*)$")
_VARIABLES = ("WEB_CONCURRENCY", "GRANIAN_WORKERS", "UWSGI_WORKERS", "UWSGI_PROCESSES")


def guessable(text: str) -> bool:
    """Whether a secret is few characters, one piece again and again, or runs of neighbours: nobody drew it."""
    return len(set(text)) < VARIETY or text in (text + text)[1:-1] or _runs([ord(one) for one in text])


def weak_key(text: str) -> str:
    """What is wrong with a vault key, or "": it must be 32 bytes a machine drew, in URL-safe base 64."""
    try:
        key = urlsafe_b64decode(text)
    except (Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        return "a key is 32 bytes in URL-safe base 64"
    return "a key can be guessed: let a machine make it" if len(set(key)) < KEY_VARIETY or _runs(key) else ""


def several_processes(environment: Mapping[str, str] = os.environ, command: Sequence[str] = sys.argv) -> str:
    """By what a server was told to start several processes that share the database, or ""."""
    return next((name for name, count in _told(environment, command) if count > 1), "")


def _told(environment: Mapping[str, str], command: Sequence[str]) -> Iterator[tuple[str, int]]:
    for name in _VARIABLES:
        if (said := environment.get(name, "").strip()).isdecimal():
            yield name, int(said)
    yield from (("GUNICORN_CMD_ARGS", one) for one in _workers(shlex.split(environment.get("GUNICORN_CMD_ARGS", ""))))
    if command and (server := Path(command[0]).name) in ("gunicorn", "granian"):
        yield from ((f"{server} --workers", one) for one in _workers(command[1:]))


def _workers(arguments: Sequence[str]) -> Iterator[int]:
    """Numbers behind -w and --workers, in any of their spellings."""
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if found := _WORKERS.match(argument):
            said = found[1] or following
            yield int(said) if said.isdecimal() else 1


def _runs(values: Sequence[int]) -> bool:
    """Whether two in three neighbours are equal or follow each other: what is drawn comes to half of them at times."""
    near = sum(abs(one - following) <= 1 for one, following in pairwise(values))
    return near * 3 > len(values) * 2
