"""What is in hand, on this machine's disk: noted before anybody waits, and found after a kill.

A file for each process, locked for as long as that lives. It outlives its process and not a power
cut, as nothing waits for the disk: a note costs some microseconds.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

log = logging.getLogger(__name__)

OWNER_ONLY, FOLDER_OWNER_ONLY = 0o600, 0o700
MOST_BYTES = 1 << 18  # of notes and crossed out ones; then it is written anew
Notes = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Left:
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
        if kind is None:
            self.path.unlink(missing_ok=True)
        os.close(self.descriptor)


class Journal:
    """Notes by their keys, of all who have the store of that name; a disk in trouble is logged."""

    def __init__(self, folder: Path, store: str) -> None:
        self._folder = folder
        self._name = f"in-hand-{sha256(store.encode()).hexdigest()[:8]}"
        self._path = folder / f"{self._name}-{uuid4().hex}"
        self._descriptor, self._bytes = -1, 0
        self._lines: dict[str, bytes] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._lines

    def add(self, key: str, note: dict[str, Any]) -> None:
        """Note it."""
        self._lines[key] = line = json.dumps({"key": key, "note": note}).encode() + b"\n"
        self._write(line)

    def remove(self, key: str) -> None:
        """Cross it out, if it is noted."""
        if self._lines.pop(key, None):
            self._write(json.dumps({"key": key}).encode() + b"\n")

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

    def _write(self, line: bytes) -> None:
        try:
            if self._descriptor < 0 or self._bytes > MOST_BYTES:
                self._begin_anew()
            else:
                self._bytes += os.write(self._descriptor, line)
        except OSError as error:
            log.warning("journal-not-written", extra={"why": error.strerror})

    def _begin_anew(self) -> None:
        """Write what is noted to a new file; it is seen by others only once it is locked."""
        self._folder.mkdir(FOLDER_OWNER_ONLY, parents=True, exist_ok=True)
        new = self._folder / f".{self._path.name}"
        descriptor = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_APPEND, OWNER_ONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._bytes = os.write(descriptor, b"".join(self._lines.values()))
            new.replace(self._path)
        except OSError:
            os.close(descriptor)
            raise
        before, self._descriptor = self._descriptor, descriptor
        if before >= 0:
            os.close(before)


def _left(path: Path) -> Left | None:
    """Return what stands in a file, locked; None where its process lives, or somebody has it."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return Left(*_read(path.read_bytes()), path, descriptor)
    except OSError:
        pass
    os.close(descriptor)
    return None


def _read(content: bytes) -> tuple[Notes, frozenset[str]]:
    notes: Notes = {}
    crossed_out: set[str] = set()
    for line in content.splitlines():
        with suppress(ValueError, TypeError, LookupError):  # cut short, or not by us
            read = json.loads(line)
            if "note" in read:
                notes[read["key"]] = {**read["note"]}
            elif notes.pop(read["key"], None):
                crossed_out.add(read["key"])
    return notes, frozenset(crossed_out - notes.keys())
