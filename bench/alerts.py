"""What alerts cost: a scan for one over that of a digest, and incidents that stand open.

scan      10,000 SIMs at 100 ms and 100 in flight: CPU of an alert's whole turn, its SIMs listed,
          scanned and judged, over a digest's from its due time until it is compiled; all SIMs have
          a data limit, of which a scan asks for the usage of some
judging   10,000 rows of which 500 are sick, compared with all others: CPU over a digest's scan
standing  100 open incidents of ten channels: share of a core, once all their cards stand
"""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

import uvloop
from rounds import a_file, report, share
from scan import IN_BOT, IN_FLIGHT, LATENCY, SIMS, make_due, scanning, until
from slack import slack_stub
from sqlalchemy import text
from stub import stub

from bot.alerts.alert import Alert, AlertState
from bot.alerts.incident import DownSim, EventKind, Incident
from bot.alerts.reading import AlertFilter, Devices, ScanReader, with_outages
from bot.alerts.service import AlertWork
from bot.alerts.transitions import observe
from bot.app.jobs import alert_work
from bot.diagnosis.rule import Severity
from bot.diagnosis.rules.common_outage import outage_limits
from bot.diagnosis.thresholds import Thresholds
from bot.digests.subscription import PauseReason, Selection, SelectionKind
from bot.sessions.snapshot import FindingBrief, Snapshot
from bot.store.database import Database
from bot.store.digest_runs import ENDS, RunStage
from bot.store.jobs import JobQueue
from bot.store.scans import ScanRow
from bot.struct import replace

SICK = 500
INCIDENTS, CHANNELS = 100, 10
MEASURED = 60.0
NOW = datetime.now(UTC)
FLEET = Alert(
    id="bench",
    team="T0",
    channel="C0",
    name="Fleet",
    made_by="U0",
    made_at=NOW,
    selection=Selection(SelectionKind.ALL),
)


async def scan() -> float:
    """Compare the two; give the CPU seconds of a digest's scan."""
    with ExitStack() as stack:
        slack, store = stack.enter_context(slack_stub()), stack.enter_context(a_file())
        kore = stack.enter_context(stub(latency=LATENCY, sims=SIMS, recent=True, limited=True))
        async with scanning(slack, kore, store, IN_FLIGHT) as database:
            digests = [await digest_turn(database) for _ in range(2)]
            async with database.write() as tx:  # else the alert would take the digest's scan
                await tx.execute(text("UPDATE digest_runs SET started = 0, ended = 0"))
            alert = await alert_turn(database)
    # the first digest learns 30 days of each SIM, all others one or two
    report("alerts: CPU of a scan over a digest's", alert / digests[-1], 1.1)
    return digests[-1]


async def digest_turn(database: Database) -> float:
    """Return the CPU seconds of a digest from its due time until it is compiled."""
    cpu = time.process_time()
    due = await make_due(database)
    await until(database, due, RunStage.POSTING, *ENDS)
    cpu = time.process_time() - cpu
    await until(database, due, *ENDS)
    print(f"  digest: {cpu:.2f} s CPU", flush=True)
    return cpu


async def alert_turn(database: Database) -> float:
    """Return the CPU seconds of an alert from when it is resumed until its scan is judged."""
    queue = JobQueue(database)
    work = alert_work(database, queue, None)  # type: ignore[arg-type]
    looked = await work.alerts.with_state(FLEET.id)
    before = looked[1].scanned_at if looked else None
    cpu = time.process_time()
    await (work.alerts.resume(FLEET) if looked else work.alerts.add(FLEET))
    while not (looked := await work.alerts.with_state(FLEET.id)) or looked[1].scanned_at == before:  # noqa: ASYNC110 -- another task's work
        await asyncio.sleep(0.05)
    cpu = time.process_time() - cpu
    await work.alerts.pause(FLEET)
    print(f"  alert: {cpu:.2f} s CPU", flush=True)
    return cpu


def rows() -> list[ScanRow]:
    """Return a fleet in which some SIMs fell silent within the same half hour."""
    lost = NOW.timestamp() - 7200
    well = Snapshot(
        sid="", name="", as_of=NOW, operator="Telcel", network="334-020", country="MEX",
        radio="LTE", imei14="01493100012970", cell_id="334-020-1-2", plan="WP1",
        seen_at=NOW,
    )  # fmt: skip
    sick = (FindingBrief("gone_silent", "critical", "Gone silent"),)
    found = []
    for number in range(SIMS):
        is_sick, sid = number % (SIMS // SICK) == 0, f"DE{number:032x}"
        snapshot = replace(
            well, sid=sid, name=f"sim-{number}", cell_id=f"334-020-1-{number % 97}",
            findings=sick if is_sick else (), seen_at=None if is_sick else NOW,
        )  # fmt: skip
        at = lost + number % 1700 if is_sick else None
        found.append(
            ScanRow(sid, "offline" if is_sick else "online", 300, 0, snapshot.to_json(), lost_at=at)
        )
    return found


async def judging(base: float) -> None:
    """Time the reading of all rows, the contrast, and the step of the incidents."""
    fleet, limits = rows(), Thresholds()

    async def pages() -> AsyncIterator[Sequence[ScanRow]]:
        for at in range(0, len(fleet), 500):
            yield fleet[at : at + 500]

    cpu = time.process_time()
    reader, devices = ScanReader(AlertFilter((), Severity.WARNING), set()), Devices()
    async for page in pages():
        reader.add(page)
        devices.add(page)
    devices.shared()
    lines, reading = outage_limits(limits), reader.reading(NOW)
    state, ids = AlertState({}, primed=True), iter(range(SIMS))
    reading = await with_outages(reading, pages(), None, reading.causes_since(state), lines)
    observe(FLEET, state, (), reading, lines=lines, new_id=lambda: f"i{next(ids)}")
    cpu = time.process_time() - cpu
    print(f"  {cpu * 1e3:.0f} ms CPU for {SIMS:,} rows, {SICK} of them sick")
    report("alerts: CPU of judging over a digest's scan", cpu / base, 0.1)


async def standing() -> None:
    """Let incidents stand open, and measure once their cards are up."""
    with ExitStack() as stack:
        slack, store = stack.enter_context(slack_stub()), stack.enter_context(a_file())
        kore = stack.enter_context(stub(sims=1))
        async with scanning(slack, kore, store, IN_BOT) as database:
            work = alert_work(database, JobQueue(database), None)  # type: ignore[arg-type]
            for number in range(INCIDENTS):
                await opened(database, work, number)
            while not await all_stand(work):  # noqa: ASYNC110 -- another task's work
                await asyncio.sleep(1.0)
            await asyncio.sleep(5.0)
            taken = await share(MEASURED)
    report(f"alerts: {INCIDENTS} open incidents", taken, 2, "% core")


async def opened(database: Database, work: AlertWork, number: int) -> None:
    """Put an open incident of ten SIMs into the store."""
    channel = f"C{number % CHANNELS}"
    alert = replace(
        FLEET, id=f"a{number}", name=f"a{number}", channel=channel, paused=PauseReason.ASKED
    )
    await work.alerts.add(alert)
    members = tuple(DownSim(f"DE{n}", f"sim-{n}", NOW, NOW) for n in range(10))
    plain = Incident(
        f"i{number}", alert.id, "T0", channel, "silent", "gone_silent", "Gone silent",
        Severity.CRITICAL, Severity.CRITICAL, members, NOW, NOW,
    )  # fmt: skip
    async with database.write() as tx:
        told = plain.with_event(EventKind.OPENED, NOW)
        await work.incidents.save(alert, None, told, tx)


async def all_stand(work: AlertWork) -> bool:
    """Return whether each incident has its card."""
    stored = [await work.incidents.find(f"i{number}") for number in range(INCIDENTS)]
    return all(each and each.card for each in stored)


async def run(scenes: Sequence[str]) -> None:
    """Measure the scenes that are asked for."""
    base = await scan() if "scan" in scenes else 8.0
    if "judging" in scenes:
        await judging(base)
    if "standing" in scenes:
        await standing()


if __name__ == "__main__":
    words = argparse.ArgumentParser()
    words.add_argument("scenes", nargs="*", help="scan, judging, standing")
    uvloop.run(run(words.parse_args().scenes or ["scan", "judging", "standing"]))
