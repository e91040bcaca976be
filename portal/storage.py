"""Files: one small interface over a local folder.

A file is written whole or not at all: temporary file, fsync, rename, fsync of the folder. Keys are relative paths
made by the core, never by people. Personal files (photos, evidence, registers) are sealed by the vault, so that a copy
of the folder shows nobody; files are for their owner only.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from flask import current_app
from sqlalchemy.orm import Session

from portal import db
from portal.errors import NotFound
from portal.vault import Vault

PIECE = 1024 * 1024  # bytes of a large file held in memory
_SEALED = b"\x93xueshi sealed 1\n"  # how a sealed file begins: no picture, PDF or spreadsheet does


class LocalStorage:
    """Files under one folder."""

    def __init__(self, folder: Path, vault: Vault | None = None) -> None:
        self._folder = folder
        self._vault = vault

    def path(self, key: str) -> Path:
        """Where a key lies. :raises NotFound: the key points outside the folder."""
        folder = self._folder.resolve()
        path = (folder / key).resolve()
        if not path.is_relative_to(folder):
            raise NotFound(key)
        return path

    def put(self, key: str, data: bytes, *, personal: bool = False) -> str:
        """Stores and returns the sha256 of the data. `personal`: sealed, to be read by `get` only."""
        with self.writing(key) as file:
            file.write(_SEALED + self._keys().seal_bytes(data) if personal else data)
        return hashlib.sha256(data).hexdigest()

    def take(self, key: str, stream: IO[bytes]) -> str:
        """Stores what a stream holds, piece by piece, and returns the sha256 of what was stored."""
        digest = hashlib.sha256()
        with self.writing(key) as file:
            while piece := stream.read(PIECE):
                digest.update(piece)
                file.write(piece)
        return digest.hexdigest()

    @contextmanager
    def writing(self, key: str) -> Iterator[BinaryIO]:
        """A file written piece by piece, for what is too large to hold; it is there whole afterwards, or not at all."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def get(self, key: str) -> bytes:
        """:raises NotFound: no such file."""
        try:
            data = self.path(key).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(key) from error
        return self._keys().open_bytes(data.removeprefix(_SEALED)) if data.startswith(_SEALED) else data

    def _keys(self) -> Vault:
        assert self._vault is not None, "a folder without keys holds nothing personal"
        return self._vault

    def exists(self, key: str) -> bool:
        return self.path(key).is_file()

    def delete(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)


def delete_after(session: Session, keys: Iterable[str]) -> None:
    """Removes files once the transaction is safe: a rolled back one loses none."""
    storage, doomed = current_storage(), list(keys)

    def remove() -> None:
        for key in doomed:
            storage.delete(key)

    db.after_commit(session, remove)


def current_storage() -> LocalStorage:
    """The storage of the running application."""
    storage = current_app.extensions["portal_storage"]
    assert isinstance(storage, LocalStorage)
    return storage
