"""What is noted of each look-up."""

import asyncio
import logging
from contextlib import asynccontextmanager

import pytest

from bot.errors import SimNotFound
from bot.sessions import questions as module
from bot.sessions.questions import AskedBy, Audit
from bot.sessions.snapshot import Snapshot
from bot.slack.access import ONE_ACCOUNT
from bot.store.errors import StoreFull
from bot.store.lookups import LookupFilter, Lookups
from tests.bot.blocks.reports import a_report
from tests.builders import ICCID, IMEI, SID, a_sim
from tests.waiting import until

ASKING = AskedBy("7f3a9c", "T1", "U1", "C1", "1.1", "command sessions")
YEAR = 365 * 86400.0


class Gaps:
    """Counts what is lost."""

    def __init__(self):
        self.rows = 0

    def audit_lost(self, rows):
        self.rows += rows


class Sometimes:
    """A database that is full while a test says so."""

    def __init__(self, database):
        self._database = database
        self.insert = database.insert
        self.fetch = database.fetch
        self.is_full = False
        self.tries = 0

    async def change(self, *statement):
        self.tries += 1
        if self.is_full:
            raise StoreFull
        return await self._database.change(*statement)


@pytest.fixture
def gaps():
    return Gaps()


@pytest.fixture
def store(database):
    return Sometimes(database)


@pytest.fixture
def lookups(store):
    return Lookups(store)


@pytest.fixture
async def audit(lookups, clock, gaps):
    return Audit(lookups, clock, gaps, retention=YEAR)


@asynccontextmanager
async def running(audit):
    """Let it keep what is noted, until the block ends."""
    task = asyncio.create_task(audit.run())
    yield
    task.cancel()
    await asyncio.wait({task})


async def test_a_look_up_is_a_row(audit, lookups, clock):
    """Who, where, by what, which SIM, what came of it, and the reference."""
    audit.note(ASKING, a_report())
    await audit.flush()

    (row,) = await lookups.find(LookupFilter())
    assert (clock.now().timestamp(), "7f3a9c") == (row.at, row.request)
    assert ("T1", "U1", "C1", "1.1") == (row.team, row.person, row.channel, row.thread)
    assert ("command sessions", "ok") == (row.entry, row.outcome)
    assert (SID, "pump-7") == (row.sim, row.name)
    assert "online" == Snapshot.from_json(row.snapshot).state


async def test_a_look_up_that_found_nothing_is_a_row_too(audit, lookups):
    """With the kind of error, and without what was typed."""
    audit.note(ASKING, SimNotFound("I read `8901260012345678909` as an ICCID."))
    await audit.flush()

    (row,) = await lookups.find(LookupFilter())
    assert ("sim_not_found", None, None, None) == (row.outcome, row.sim, row.name, row.snapshot)


async def test_neither_row_nor_line_holds_the_card_or_the_device(audit, lookups, caplog):
    """Not in the snapshot, not in a name that holds them."""
    caplog.set_level(logging.INFO)
    audit.note(ASKING, a_report(query=IMEI, sim=a_sim(unique_name=f"pump {ICCID}")))
    await audit.flush()

    (row,) = await lookups.find(LookupFilter())
    (line,) = [r for r in caplog.records if r.message == "looked-up"]
    shown = f"{row} {line.__dict__}"
    assert [] == [secret for secret in (ICCID, IMEI, IMEI[:14], "40482") if secret in shown]
    assert ("command sessions", SID, "ok") == (line.entry, line.sim, line.outcome)


async def test_rows_are_kept_in_batches_behind_the_answer(audit, lookups, store):
    """Many at once are a few transactions, and noting waits for none."""
    async with running(audit):
        for _ in range(700):
            audit.note(ASKING, SimNotFound())
        assert 0 == store.tries
        await until(lambda: counted(lookups, 700))

    assert store.tries <= 3


async def counted(lookups, rows):
    """Return whether so many are kept."""
    return rows == len(await lookups.find(LookupFilter(limit=30_000)))


async def test_while_the_store_is_down_rows_wait_for_it(audit, lookups, store, gaps, caplog):
    """Nothing is lost, and the log says that they wait."""
    store.is_full = True
    async with running(audit):
        audit.note(ASKING, a_report())
        await until(lambda: tried(store, 2))
        store.is_full = False
        await until(lambda: counted(lookups, 1))

    assert "audit-waits-for-the-store" in caplog.text
    assert 0 == gaps.rows


async def tried(store, times):
    """Return whether the store was tried so often."""
    return store.tries >= times


async def test_what_no_longer_fits_is_counted_and_logged(audit, lookups, gaps, monkeypatch, caplog):
    """The line is there, the row is not, and the gap is known."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    for _ in range(5):
        audit.note(ASKING, a_report())
    await audit.flush()

    assert 3 == gaps.rows
    assert 2 == len(await lookups.find(LookupFilter()))
    assert 5 == len([r for r in caplog.records if r.message == "looked-up"])


async def test_nothing_is_lost_on_an_orderly_stop(audit, lookups, gaps):
    """What was noted a moment ago is kept before the end."""
    async with running(audit):
        audit.note(ASKING, a_report())
    await audit.aclose()

    assert 1 == len(await lookups.find(LookupFilter()))
    assert 0 == gaps.rows


async def test_what_is_lost_at_the_end_is_counted(audit, store, gaps, caplog):
    """The store is down and the bot must go: so many rows are missing."""
    store.is_full = True
    audit.note(ASKING, a_report())
    audit.note(ASKING, a_report())

    await audit.aclose()

    assert 2 == gaps.rows
    assert "audit-lost" in caplog.text


async def test_a_thread_tells_what_was_looked_up_a_moment_ago(audit):
    """What still waits to be kept counts."""
    audit.note(ASKING, a_report())

    (looked_up,) = await audit.in_thread("C1", "1.1", ONE_ACCOUNT)

    assert (SID, "online") == (looked_up.snapshot.sid, looked_up.snapshot.state)
    assert (audit._clock.now(), "U1") == (looked_up.at, looked_up.person)
    assert () == await audit.in_thread("C1", "2.2", ONE_ACCOUNT)


async def test_old_rows_are_forgotten(audit, lookups, clock):
    """After the retention they go by themselves."""
    audit.note(ASKING, a_report())
    await audit.flush()
    clock.move(YEAR + 1)
    audit.note(ASKING, SimNotFound())
    async with running(audit):
        await until(lambda: left(lookups, "sim_not_found"))

    assert 1 == len(await lookups.find(LookupFilter()))


async def left(lookups, outcome):
    """Return whether all that is kept came out so."""
    return {outcome} == {row.outcome for row in await lookups.find(LookupFilter())}
