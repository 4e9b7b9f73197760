"""What is in hand, on this machine's disk: noted before anybody waits, and found after a kill.

A file for each process, locked for as long as that lives. It outlives its process and not a power
cut, as nothing waits for the disk: a note costs some microseconds.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOSPC
from hashlib import sha256
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from bot.struct import Struct

log = logging.getLogger(__name__)

OWNER_ONLY, FOLDER_OWNER_ONLY = 0o600, 0o700
MOST_BYTES = 1 << 18  # of notes and crossed out ones; then, or at twice its notes, it is new
MOST_READ = 1 << 24  # bytes; no file of ours is as long
Notes = dict[str, dict[str, Any]]


class Left(Struct):
    """What another process left: its `notes` by their keys, and the keys that it crossed out.

    A block that takes it over deletes it, unless that fails.
    """

    notes: Notes
    crossed_out: frozenset[str]
    path: Path
    descriptor: int

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("journal-not-deleted", extra={"why": error.strerror})
        finally:
            os.close(self.descriptor)


class Journal:
    """Notes by their keys, of all who have the store of that name; a disk in trouble is logged.

    A note is crossed out where it stands: a full disk has no room for more.
    """

    def __init__(self, folder: Path, store: str) -> None:
        self._folder = folder
        self._name = f"in-hand-{sha256(store.encode()).hexdigest()[:8]}"
        self._path = folder / f"{self._name}-{uuid4().hex}"
        self._descriptor, self._bytes = -1, 0
        self._lines: dict[str, bytes] = {}
        self._places: dict[str, int] = {}
        self._most = MOST_BYTES
        self._crossed_out = set[str]()

    def __contains__(self, key: str) -> bool:
        return key in self._lines

    def add(self, key: str, note: dict[str, Any]) -> None:
        """Note it."""
        self._lines[key] = json.dumps({"key": key, "note": note}).encode() + b"\n"
        with _logged():
            if self._descriptor < 0 or self._bytes > self._most or self._is_deleted():
                self._begin_anew()
            else:
                self._append(self._descriptor, key)

    def cross_out(self, key: str) -> None:
        """Write that it is over, if it is noted."""
        if key in self._places:
            self._crossed_out.add(key)
        self._overwrite(key, _crossed_out(key))

    def remove(self, key: str) -> None:
        """Take it out, if it is noted, without a word: it may be going on elsewhere."""
        self._overwrite(key, b"")

    def _overwrite(self, key: str, said: bytes) -> None:
        line, place = self._lines.pop(key, b""), self._places.pop(key, None)
        if place is not None:
            with _logged():
                os.pwrite(self._descriptor, said.ljust(len(line) - 1), place)

    def left(self) -> Iterator[Left]:
        """Go through what processes left that are no more, each locked until its block ends."""
        for path in self._folder.glob(f"{self._name}-*"):
            if left := _left(path):
                yield left

    def close(self) -> None:
        """Let go of it; where something is noted still, the next one finds it."""
        if self._descriptor >= 0:
            if not self._lines:
                self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1

    def _is_deleted(self) -> bool:
        return not os.fstat(self._descriptor).st_nlink

    def _append(self, descriptor: int, key: str) -> None:
        """Write a note behind the others, over one that was cut short."""
        self._places[key] = self._write(descriptor, self._lines[key])

    def _write(self, descriptor: int, line: bytes) -> int:
        place = self._bytes
        if os.pwrite(descriptor, line, place) < len(line):
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        self._bytes += len(line)
        return place

    def _begin_anew(self) -> None:
        """Write what is noted to a new file; it is seen by others only once it is locked.

        What was crossed out since the last one is not forgotten elsewhere yet, perhaps.
        """
        self._folder.mkdir(FOLDER_OWNER_ONLY, parents=True, exist_ok=True)
        new = self._folder / f".{self._path.name}"
        descriptor = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, OWNER_ONLY)
        before = self._descriptor, self._bytes, self._places
        try:
            self._bytes, self._places = 0, {}
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._write(descriptor, b"".join(_crossed_out(k) + b"\n" for k in self._crossed_out))
            for key in self._lines:
                self._append(descriptor, key)
            new.replace(self._path)
        except OSError:
            self._bytes, self._places = before[1:]
            os.close(descriptor)
            raise
        self._crossed_out.clear()
        self._most = max(MOST_BYTES, 2 * self._bytes)
        self._descriptor = descriptor
        if before[0] >= 0:
            os.close(before[0])


def _crossed_out(key: str) -> bytes:
    return json.dumps({"key": key}).encode()


@contextmanager
def _logged() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        log.warning("journal-not-written", extra={"why": error.strerror})


def _left(path: Path) -> Left | None:
    """Return what stands in a file, locked; None where its process lives, or somebody has it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # it may be a pipe
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return Left(*_read(os.read(descriptor, MOST_READ)), path, descriptor)
    except OSError:
        pass
    os.close(descriptor)
    return None


def _read(content: bytes) -> tuple[Notes, frozenset[str]]:
    notes: Notes = {}
    crossed_out: set[str] = set()
    for line in content.splitlines():
        with suppress(ValueError, TypeError, LookupError, AttributeError, RecursionError):
            read = json.loads(line)  # it may be cut short, or not by us
            key = read["key"]
            if not key.isprintable():
                continue
            if "note" in read:
                notes[key] = {**read["note"]}
            else:
                crossed_out.add(key)
    return notes, frozenset(crossed_out - notes.keys())
