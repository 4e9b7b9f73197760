"""A store that an earlier build has filled: opened, brought up to date, and every row of it read.

`older/` holds what the build of schema 0006 left of two watches that ended or went on, three runs
of a digest, the last one cut short, and all that belongs to them; on SQLite and on PostgreSQL.
"""

import gzip
import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.clock import SystemClock
from bot.diagnosis.evidence import State
from bot.digests.days import unpack_days as days_of
from bot.digests.digest import Digest
from bot.digests.fleet import unpack_sims
from bot.digests.subscription import PauseReason, Selection, SelectionKind
from bot.digests.subscriptions import Subscriptions
from bot.sessions.snapshot import Snapshot
from bot.store.database import Database
from bot.store.digest_runs import DigestRuns, RunStage
from bot.store.idempotency import PostRows, SeenEvents
from bot.store.jobs import JobQueue
from bot.store.lookups import LookupFilter, Lookups
from bot.store.migrate import NEWEST
from bot.store.rate_limit import SharedRate
from bot.store.scans import ScanChunks, ScanRows, ScanSums, SimDays
from bot.store.schedules import Schedules
from bot.store.schema import metadata, seen_events
from bot.store.watches import WatchRows
from bot.watches.repository import from_row, notice_from_args, to_row
from bot.watches.watch import Condition, Ending, NoticeKind
from tests.databases import asked, file_of

OLDER = Path(__file__).parent / "older"
TANK_3, TANK_8 = "DE6245467a461b8c31bf3dddef42931cee", "DE020d06ab870a607c1385fe125c93fb5b"
PUMPS, DEPOTS = "0a1b2c3d", "1b2c3d4e"


@pytest.fixture
async def older(kind, empty_url):
    """The store of schema 0006, opened by this build."""
    left = gzip.decompress((OLDER / f"0006.{'db' if kind == 'sqlite' else 'sql'}.gz").read_bytes())
    if kind == "sqlite":
        file_of(empty_url).write_bytes(left)
    else:
        await asked(empty_url, left.decode())
    database = await Database.open(empty_url)
    yield database
    await database.aclose()


NEWER = {"owners", "feedback", "news_ages", "alerts", "incidents", "listening", "channel_accounts"}


async def test_it_is_brought_up_to_date(older):
    """It stands at this build's revision, and every table of 0006 has rows to be read."""
    async with older.read() as tx:
        counted = {
            name: await tx.scalar(select(func.count()).select_from(table))
            for name, table in metadata.tables.items()
            if name not in NEWER
        }

    assert NEWEST == await older.revision()
    assert [] == [name for name, count in counted.items() if not count]


async def test_its_watches(older):
    """Open and ended, with a card and without one: each is the watch that it was."""
    rows = WatchRows(older)
    watches = [from_row(await rows.get(f"{number:016}")) for number in (1, 2, 3)]
    first, second, third = watches
    async with older.write() as tx:
        added = await rows.add(to_row(first), tx)

    assert [
        ("pump-7", "U0ANA0001", Condition.ONLINE, State.OFFLINE, None, "C0FLEETOP"),
        ("tank-3", "U0BEN0002", Condition.ONLINE, State.ONLINE, Ending.REACHED, "C0FLEETOP"),
        ("camera-2", "U0ANA0001", Condition.ONLINE, State.OFFLINE, None, None),
    ] == [
        (w.name, w.owner.person, w.condition, w.latest.state, w.ending, w.card and w.card.channel)
        for w in watches
    ]
    assert ("Telcel", "1767600000.000100") == (first.latest.operator, second.owner.thread)
    assert [first, third] == [from_row(row) for row in await rows.of_person("U0ANA0001")]
    assert not added


async def test_its_jobs_go_on(older):
    """What was ready is claimed, what a lost process held is freed, and what ended is kept."""
    queue = JobQueue(older)
    (run,) = await DigestRuns(older).under_way()
    states = {
        key: (await queue.get(key)).state
        for key in (run.job, f"{run.job}/0", f"{run.job}/1", "cancelled", "given-up", "preview")
    }
    notice = await queue.get("watch:0000000000000002:1:reached")
    await queue.renew([], 15.0)
    claimed = await queue.claim(["watch", "watch_card", "watch_sweep", "scan_chunk"], 10, 15.0)

    assert ["waiting", "done", "running", "cancelled", "failed", "ready"] == list(states.values())
    assert {"missing": ["DE9"]} == (await queue.get(run.job)).memo
    assert {"rows": 2} == (await queue.get(f"{run.job}/0")).result
    assert "KORE did not answer." == (await queue.get("given-up")).error
    assert NoticeKind.REACHED is notice_from_args(notice.args).kind
    assert {"watch": 2, "watch_card": 1, "watch_sweep": 1, "scan_chunk": 1} == {
        kind: [job.kind for job in claimed].count(kind) for kind in {job.kind for job in claimed}
    }


async def test_its_digests(older):
    """Subscriptions with their schedules, runs with their digests, and what is left of a scan."""
    queue, runs = JobQueue(older), DigestRuns(older)
    schedules = Schedules(older, queue)
    digests = Subscriptions(older, queue)
    pumps, depots = await digests.get(PUMPS), await digests.get(DEPOTS)
    kept, paused = await schedules.get("kept"), await schedules.get("paused")
    (run,) = await runs.under_way()
    trend = await runs.trend(PUMPS, run.due, 9, "")
    changes = Digest.from_json(trend[1].digest).changes
    (left,) = [unpack_sims(body) async for _, body in ScanChunks(older).left(run.id)]

    assert Selection(SelectionKind.PATTERN, "tank-*") == pumps.selection
    assert (None, PauseReason.NOT_ALLOWED) == (pumps.paused, depots.paused)
    assert ("0 8 * * 1-5", "30 12 * * 6") == kept.cron
    assert [True, False] == [paused.paused, kept.next_due is None]
    assert [{"offline": 2}, {"offline": 1, "online": 1}] == [each.counts for each in trend]
    assert ["tank-8"] == [one.sim.name for group in changes for one in group.first]
    assert (RunStage.SCANNING, 3, 2) == (run.stage, run.sims, run.chunks)
    assert ["tank-8", "tank-3"] == [sim.unique_name for sim in left]


async def test_what_its_scans_have_read(older):
    """Rows with their snapshots, the sums over them, and the days of each SIM."""
    runs, rows, days = DigestRuns(older), ScanRows(older), SimDays(older)
    (last,) = await runs.under_way()
    before, after = await runs.trend(PUMPS, last.due, 9, "")
    (changed,) = [pair async for page in rows.changed(before.id, after.id) for pair in page]
    read = [Snapshot.from_json(changed.before), Snapshot.from_json(changed.after)]

    assert [State.OFFLINE, State.ONLINE] == [each.state for each in read]
    assert {"KORE did not answer.": 1} == await ScanSums(older).faults(last.id)
    assert [TANK_3] == [row.sid for row in await ScanSums(older).worst(after.id, 300, 9)]
    assert {24321, 24322} == set(await days.of(TANK_8))
    assert days_of(await days.of(TANK_8))


async def test_what_it_remembers(older):
    """Look-ups, posts and events that were seen, and how far a rate was used up."""
    posts = PostRows(older)
    async with older.read() as tx:
        events = (await tx.execute(select(seen_events.c.key))).scalars().all()
    failed, found = await Lookups(older).find(LookupFilter())
    states = [(await posts.get(key)).state for key in ("a-sending", "a-clear", "a-post")]
    rate = SharedRate(older, SystemClock(), "kore:background", 1000.0)
    await rate.take()

    assert ("not_found", None) == (failed.outcome, failed.thread)
    assert ("ok", "tank-3") == (found.outcome, json.loads(found.snapshot)["name"])
    assert ["sending", "clear", "posted"] == states
    assert (await posts.get("watch:0000000000000002:card:0")).ts
    assert ["event:Ev0001"] == events
    assert await SeenEvents(older).claim("event:Ev0001", within=1.0)
