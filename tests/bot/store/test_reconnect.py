"""The reconnector: says once that the store is lost, tries again, says once that it is back."""

import asyncio
import logging
from contextlib import asynccontextmanager
from itertools import groupby

import pytest
from sqlalchemy import text

from bot.store.database import Database
from bot.store.errors import StoreDenied, StoreFull, StoreLost, StoreNotReady
from bot.store.reconnect import SETTLING_SECONDS, Reconnector
from tests.bot.store.notes import note, numbers, with_notes
from tests.fakes import FakeClock


class Observed:
    """Keeps what it is called with."""

    def __init__(self) -> None:
        self.seen: list[bool] = []

    def store(self, *, is_up: bool) -> None:
        self.seen.append(is_up)


class Unsettled(FakeClock):
    """Waits for nothing but the time in which a store must stay well."""

    def __init__(self) -> None:
        super().__init__()
        self.settled = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if seconds == SETTLING_SECONDS:
            await self.settled.wait()
            self.settled.clear()


async def pragma(db: Database, said: str) -> None:
    async with db.write() as tx:
        await tx.execute(text(f"PRAGMA {said}"))


@pytest.fixture
def log(caplog):
    """What is logged, at every level."""
    caplog.set_level(logging.INFO, "bot.store.reconnect")
    return caplog


def said(log) -> list[str]:
    return [record.message for record in log.records if record.name == "bot.store.reconnect"]


def reasons(log) -> list[str]:
    return [record.why for record in log.records if record.message == "store lost"]


async def until(condition) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 -- no event of ours
            await asyncio.sleep(0.001)


@asynccontextmanager
async def kept(url: str, clock: FakeClock | None = None):
    """A database in the care of a reconnector that is observed, and whose clock does not wait."""
    db, observed, clock = Database(url), Observed(), clock or FakeClock()
    reconnector = Reconnector(db, clock, observed)
    await reconnector.open()
    task = asyncio.create_task(reconnector.run())
    yield db, observed, clock
    task.cancel()
    await asyncio.wait({task})
    await db.aclose()


async def test_a_store_that_opens_is_up(tmp_path, log):
    """Nothing is said about what is well."""
    async with kept(f"sqlite:///{tmp_path / 'store.db'}") as (_, observed, _):
        pass

    assert [True] == observed.seen
    assert [] == said(log)


async def test_lost_and_back(tmp_path, log):
    """A store that is taken away is said to be lost once a reason, however often it is tried."""
    folder = tmp_path / "data"
    async with kept(f"sqlite:///{folder / 'store.db'}") as (db, observed, clock):
        await note(await with_notes(db), 1)
        folder.rename(tmp_path / "away")
        folder.write_text("in the way")
        with pytest.raises(StoreLost):
            await note(db, 2)
        await until(lambda: len(clock.slept) > 8)
        folder.unlink()
        (tmp_path / "away").rename(folder)
        await until(lambda: said(log)[-1] == "store is back")
        await note(db, 3)
        seen = await numbers(db)

    assert [1, 2, 4, 8, 15, 15, 15] == clock.slept[:7]
    assert [True, False, True] == [is_up for is_up, _ in groupby(observed.seen)]
    assert ["store lost", "store is back"] == said(log)
    assert [1, 3] == seen


async def test_a_disk_that_is_full_now_and_then(tmp_path, log):
    """What is well for a moment only is not said to be back, nor lost once more."""
    clock = Unsettled()
    async with kept(f"sqlite:///{tmp_path / 'store.db'}", clock) as (db, observed, _):
        await with_notes(db)
        await pragma(db, "max_page_count = 1")
        for number in range(3):
            with pytest.raises(StoreFull):
                await note(db, number, "x" * 100_000)
            if number:
                clock.settled.set()
            await until(lambda: db.trouble is None)
        await pragma(db, "max_page_count = 100000")
        clock.settled.set()
        await until(lambda: len(said(log)) > 1)

    assert ["store lost", "store is back"] == said(log)
    assert observed.seen.count(True) > 2


async def test_one_that_is_not_there_at_the_start_comes_later(tmp_path, log):
    """
    A start without the store is none of its own making; gone for another reason, that is news.
    """
    path, letter = tmp_path / "store.db", "a letter to a friend, " * 300
    path.write_text(letter)
    async with kept(f"sqlite:///{path}") as (db, observed, _):
        with pytest.raises(StoreNotReady, match="cannot be read as one"):
            await numbers(db)
        await until(lambda: said(log))
        path.unlink()
        await until(lambda: observed.seen[-1])
        seen = await numbers(await with_notes(db))
        path.unlink()
        path.write_text(letter)
        with pytest.raises(StoreLost):
            await numbers(db)
        await until(lambda: len(reasons(log)) > 2)

    assert [False, True, False] == [is_up for is_up, _ in groupby(observed.seen)]
    assert ["store_damaged", "store_lost", "store_damaged"] == reasons(log)
    assert [] == seen


async def test_who_is_not_let_in_is_told_at_once(tmp_path):
    """What no waiting mends is raised at the start."""
    path = tmp_path / "store.db"
    path.mkdir()
    db = Database(f"sqlite:///{path}")
    with pytest.raises(StoreDenied):
        await Reconnector(db, FakeClock(), Observed()).open()
    await db.aclose()
