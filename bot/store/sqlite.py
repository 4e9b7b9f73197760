"""The embedded default: one SQLite file in write-ahead mode, safe for several processes.

One connection writes and a few read, each in a thread of its own, and a statement is one trip to
it: aiosqlite under SQLAlchemy's async engine takes four, and thrice the CPU.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Executable

from bot.store.errors import StoreBusy
from bot.store.sqlite_file import SqliteFile
from bot.store.sqlite_lane import Lane
from bot.store.transaction import Session, Values

READERS = 3
PATIENCE_SECONDS = 30.0  # for others of this process
Given = TypeVar("Given")


class Sqlite:
    """The file, and who reads and writes it."""

    def __init__(self, path: Path) -> None:
        file = SqliteFile(path)
        self._writer = Lane(file, "writer")
        self._readers = [Lane(file, f"reader-{number}") for number in range(READERS)]

    async def begin(self, *, writing: bool) -> Session:
        """Start a transaction; a reading one has no BEGIN: each statement sees the newest."""
        lane = self._writer if writing else self._idlest()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS if lane.lock.locked() else None):
                await lane.lock.acquire()
        except TimeoutError:
            raise StoreBusy from None
        return Writing(lane) if writing else Reading(lane)

    async def work(self, work: Callable[[Connection], Given], *, alone: bool) -> Given:
        """Make the file if need be and do `work`; `alone`: while no other process writes."""
        async with self._writer.lock:
            return await self._writer.work(work, alone=alone)

    async def hear(self, channel: str, heard: Callable[[], None]) -> None:  # noqa: ARG002 -- as on PostgreSQL
        """Wait: no other process tells us anything."""
        await asyncio.Event().wait()

    async def aclose(self) -> None:
        """Close the file; twice is once."""
        for lane in (*self._readers, self._writer):
            await lane.aclose()

    def _idlest(self) -> Lane:
        idle = next((each for each in self._readers if not each.lock.locked()), self._readers[0])
        self._readers.remove(idle)
        self._readers.append(idle)
        return idle


class Reading:
    """A look at what is saved, on one lane."""

    __slots__ = ("_lane",)

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def ask(self, statement: Executable, values: Values) -> CursorResult[Any]:
        """Carry out a statement."""
        return await self._lane.ask(statement, values, begin=False)

    async def commit(self) -> None:
        """Let the next one in."""
        self._lane.lock.release()

    async def undo(self) -> None:
        """Let the next one in."""
        self._lane.lock.release()


class Writing:
    """A transaction on the lane that writes; it begins with its first statement."""

    __slots__ = ("_has_begun", "_lane")

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._has_begun = False

    async def ask(self, statement: Executable, values: Values) -> CursorResult[Any]:
        """Carry out a statement."""
        begin, self._has_begun = not self._has_begun, True
        return await self._lane.ask(statement, values, begin=begin)

    async def commit(self) -> None:
        """Save, and let the next one in."""
        try:
            if self._has_begun:
                await self._lane.commit()
        except BaseException:
            await self.undo()
            raise
        self._lane.lock.release()

    async def undo(self) -> None:
        """Save nothing, and let the next one in."""
        try:
            if self._has_begun:
                self._lane.undo()
        finally:
            self._lane.lock.release()
