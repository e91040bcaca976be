"""An SMTP server that keeps what it gets: enough of the protocol for one sender, with STARTTLS, TLS and AUTH PLAIN."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


class PostOffice(socketserver.ThreadingTCPServer):
    """Letters in the order they came, and for each whether it came safely. `refusing`: every recipient is turned away.

    security: none | starttls | tls. With `login` nothing is taken before that name and password were given.
    """

    allow_reuse_address = daemon_threads = True

    def __init__(
        self, security: str = "none", context: ssl.SSLContext | None = None, login: tuple[str, str] | None = None
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Counter)
        self.security, self.context, self.login = security, context, login
        self.letters: list[EmailMessage] = []
        self.safe: list[bool] = []
        self.logins: list[str] = []
        self.refusing = False

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A visitor who does not trust us hangs up; that is no mistake of ours."""


class _Counter(socketserver.StreamRequestHandler):
    server: PostOffice

    def handle(self) -> None:
        self.safe, self.known = False, self.server.login is None
        if self.server.security == "tls":
            self._wrap()
        self._say("220 here")
        while line := self.rfile.readline():
            if not self._answer(line, line[:4].upper()):
                return

    def _answer(self, line: bytes, word: bytes) -> bool:
        """Says what is to be said to a line; False: the visitor leaves."""
        if word == b"EHLO":
            offers = ["here", *(["STARTTLS"] if self.server.security == "starttls" and not self.safe else [])]
            offers += ["AUTH PLAIN"] if self.server.login else []
            for place, offer in enumerate(offers, 1):
                self._say(f"250{' ' if place == len(offers) else '-'}{offer}")
        elif word == b"STAR":
            self._say("220 go on")
            self._wrap()
        elif word == b"AUTH":
            self._check(line.split()[-1].decode())
        elif word == b"QUIT":
            self._say("221 bye")
            return False
        elif not self.known and word in (b"MAIL", b"RCPT", b"DATA"):
            self._say("530 who are you")
        elif word == b"DATA":
            self._take()
        elif word == b"RCPT" and self.server.refusing:
            self._say(f"550 no such mailbox {line.decode().strip()}")
        else:
            self._say("250 yes")
        return True

    def _wrap(self) -> None:
        assert self.server.context
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.safe = True

    def _check(self, said: str) -> None:
        wanted = "\0".join(["", *(self.server.login or ())])
        self.known = base64.b64decode(said).decode() == wanted
        if self.known:
            self.server.logins.append(said)
        self._say("235 welcome" if self.known else "535 no")

    def _take(self) -> None:
        self._say("354 go on")
        data = b"".join(iter(self.rfile.readline, b".\r\n"))
        self.server.letters.append(message_from_bytes(data, policy=policy.default))  # type: ignore[arg-type]
        self.server.safe.append(self.safe)
        self._say("250 kept")

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()
        with suppress(OSError):
            self.connection.close()

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def post_office(
    security: str = "none", context: ssl.SSLContext | None = None, login: tuple[str, str] | None = None
) -> Iterator[PostOffice]:
    with PostOffice(security, context, login) as office:
        threading.Thread(target=office.serve_forever, args=(0.02,), daemon=True).start()
        yield office
        office.shutdown()
