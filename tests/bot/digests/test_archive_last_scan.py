"""Questions about a fleet, answered from the last scan that may be shown."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.blocks.fleet import fleet_screen
from bot.diagnosis.evidence import State
from bot.digests.archive import Audience, NoScan
from bot.digests.schedule import DigestSchedule, Frequency
from bot.digests.subscription import Selection, SelectionKind, Subscription
from bot.sessions.fleet import MeantSims
from bot.sessions.fleet_query import parse_fleet_query
from bot.sessions.snapshot import FindingBrief, Snapshot
from bot.store.digest_runs import DigestRuns, RunStage
from bot.store.scans import FAILED, ScanRow, ScanRows
from bot.struct import replace
from tests.bot.blocks.digests import a_digest
from tests.fakes import YEARLY
from tests.whole_bot import whole_bot

NOW = datetime.now(UTC)
DUE = NOW.timestamp()
PRIVATE, PUBLIC = "G0ONCALL1", "C0FLEETOP"
ANA, BEN = "U0ANA0001", "U0BEN0002"
FLEET = Subscription(
    id="0a1b2c3d",
    team="T0ACMEIOT",
    channel=PUBLIC,
    name="Fleet",
    made_by=ANA,
    made_at=NOW,
    selection=Selection(SelectionKind.ALL),
    schedule=DigestSchedule(Frequency.CRON, line=YEARLY),
)
SIM = Snapshot("", "", NOW, State.ONLINE, operator="Telcel", network="334-020", seen_at=NOW)


def fleet_sim(number, name, **changes):
    return replace(SIM, sid=f"DE{number:032x}", name=name, **changes)


SIMS = (
    fleet_sim(1, "pump-1"),
    fleet_sim(2, "pump-2", state=State.OFFLINE, seen_at=NOW - timedelta(days=3)),
    fleet_sim(
        3,
        "pump-3",
        state=State.STALE,
        operator="AT&T",
        network="334-050",
        seen_at=NOW - timedelta(hours=5),
    ),
    fleet_sim(4, "well-1", state=State.NEVER_SEEN, operator=None, network=None, seen_at=None),
    fleet_sim(5, "well-2", state=State.BLOCKED, plan="WP1"),
    fleet_sim(6, "8901260012345678909", state=State.OFFLINE, seen_at=NOW - timedelta(days=1)),
    fleet_sim(7, "Ünit-7", findings=(FindingBrief("flapping", "warning", "Flapping"),)),
)


class Scanned:
    """The bot, and the scans that it has."""

    def __init__(self, whole):
        self.services = whole.bot.services

    async def scan(self, sims=SIMS, about=FLEET, due=DUE, failed=(), **changes):
        """Keep a scan of a digest, made if it is not there."""
        store, subscriptions = self.services.store, self.services.digests.subscriptions
        if not await subscriptions.find(about.id):
            await subscriptions.add(about)
        runs = DigestRuns(store)
        run = await runs.begin(about.id, due, f"{about.id}@{due}")
        rows = [
            ScanRow(s.sid, s.state, number, 7, s.to_json(), traffic=number * 10 or None)
            for number, s in enumerate(sims)
        ]
        rows += [ScanRow(s.sid, FAILED, 0, 7, s.to_json(), fault="x") for s in failed]
        async with store.write() as tx:
            await ScanRows(store).add(run.id, rows, tx)
        await runs.change(run.id, RunStage.POSTED, has_rows=True, sims=len(rows), **changes)
        return run

    async def ask(self, text, person=ANA, channel=PUBLIC, *, for_all=False, redacted=None):
        """Return the answer."""
        to = Audience(channel, person, for_all, redacted)
        meant = MeantSims((), "WP1")
        return await self.services.scans.from_scan(parse_fleet_query(text), meant, to)

    async def names(self, text, **more):
        """Return the names of the SIMs that fit, in order."""
        return [row.snapshot.name for row in (await self.ask(text, **more)).rows]


@pytest.fixture
async def scanned():
    async with whole_bot() as whole:
        yield Scanned(whole)


async def test_what_fits(scanned):
    """The worst first; of the silent the longest, of the busiest the most; all are counted."""
    await scanned.scan(failed=[fleet_sim(8, "pump-8"), fleet_sim(9, "well-9")])
    for text, expected, matched, looked_at, unread in (
        ("offline", ["8901260012345678909", "well-1", "pump-3", "pump-2"], 4, 9, 2),
        ("offline on telcel", ["8901260012345678909", "pump-2"], 2, 9, 2),
        ("silent for 1d", ["well-1", "pump-2", "8901260012345678909"], 3, 9, 2),
        ("pump-*", ["pump-3", "pump-2", "pump-1"], 3, 4, 1),
        ("PUMP-∗ online", ["pump-1"], 1, 4, 1),
        ("ünit-*", ["Ünit-7"], 1, 1, 0),
        ("plan pumps-mx", ["well-2"], 1, 1, 0),
        ("top 2", ["Ünit-7", "8901260012345678909"], 2, 9, 2),
        ("on 334020 stale", [], 0, 9, 2),
    ):
        answer = await scanned.ask(text)

        assert expected == [row.snapshot.name for row in answer.rows], text
        assert (matched, looked_at, unread) == (answer.matched, answer.looked_at, answer.unread)
        assert ("Fleet", None) == (answer.digest, answer.only)


async def test_who_is_in_an_outage_has_it_for_a_cause(scanned):
    """A digest that names an outage has it for its SIMs here too; else it is not sought."""
    sims = [fleet_sim(n, f"pump-{n}", cell_id="7") for n in (1, 2, 3)]
    lost = [ScanRow(s.sid, "stale", 0, 2, s.to_json(), lost_on="334-20", lost_at=1.0) for s in sims]
    runs, store = DigestRuns(scanned.services.store), scanned.services.store
    run = await scanned.scan([fleet_sim(n, f"well-{n}") for n in range(10, 20)])
    async with store.write() as tx:
        await ScanRows(store).add(run.id, lost, tx)
    assert {()} == {row.snapshot.findings for row in (await scanned.ask("pump-*")).rows}
    digest = a_digest().to_json().decode()
    await runs.change(run.id, RunStage.POSTED, digest=digest)

    found = [row.snapshot.findings[0] for row in (await scanned.ask("pump-*")).rows]

    assert [("common_outage", "critical", "Common outage, 3 SIMs")] * 3 == found


async def test_new_is_what_the_scan_before_had_not(scanned):
    """With one scan alone nobody knows what is new."""
    await scanned.scan(SIMS[:5], due=DUE - 3600)
    with pytest.raises(NoScan, match="once so far"):
        await scanned.ask("new")

    await scanned.scan()

    assert ["Ünit-7", "8901260012345678909"] == await scanned.names("new")
    assert ["Ünit-7"] == await scanned.names("new ünit-*")


async def test_only_who_may_see_a_digest_sees_its_scan(scanned):
    """Its channel's, and its maker; what a channel reads comes from its own digests only."""
    await scanned.scan(about=replace(FLEET, channel=PRIVATE))
    for person, channel, for_all, may in (
        (ANA, PUBLIC, False, True),
        (ANA, PRIVATE, True, True),
        (ANA, PUBLIC, True, False),
        (BEN, PUBLIC, False, False),
        (BEN, PUBLIC, True, False),
    ):
        to = Audience(channel, person, for_all)
        scans = await scanned.services.scans._scans(parse_fleet_query("offline"), to)
        assert may == bool(scans), (person, channel, for_all)
    with pytest.raises(NoScan, match="digest add"):
        await scanned.ask("offline", person=BEN)


async def test_which_scan_is_taken(scanned):
    """The newest that has all SIMs meant, else the largest, and then it says what that has."""
    pumps = Selection(SelectionKind.PATTERN, "pump-*")
    await scanned.scan(due=DUE - 86_400)
    await scanned.scan(SIMS[:1], replace(FLEET, id="pumps", name="Pumps", selection=pumps))

    for text, digest in (("PUMP-*", "Pumps"), ("pump-1*", "Fleet"), ("offline", "Fleet")):
        assert digest == (await scanned.ask(text)).digest, text

    await scanned.services.digests.subscriptions.remove(FLEET)
    answer = await scanned.ask("offline")

    assert ("Pumps", "SIMs called pump-*") == (answer.digest, answer.only)


async def test_whose_sims_the_scan_lacks_is_said(scanned):
    """Of accounts that the asker may see only; the lists that are read by now do not matter."""
    for accounts, asker, missing in (
        ("acme,globex", {"acme", "globex"}, ()),
        ("acme", {"acme"}, ()),
        ("acme", {"globex", "acme"}, ("globex",)),
    ):
        await scanned.scan(accounts=accounts)
        to = Audience(PUBLIC, ANA, for_all=False, accounts=frozenset(asker))
        meant = MeantSims((), "WP1", missing=("acme",))
        answer = await scanned.services.scans.from_scan(parse_fleet_query("offline"), meant, to)
        assert missing == answer.missing, accounts

    screen = str(fleet_screen(answer, NOW))
    assert "SIMs of globex are missing: that scan did not cover them." in screen


async def test_what_is_redacted_is_not_found_either(scanned):
    """Who may not see an ICCID cannot find by it, in a name neither."""
    await scanned.scan()

    assert ["8901260012345678909"] == await scanned.names("8901*")
    assert [] == await scanned.names("8901*", redacted="for guests")
    shown = await scanned.names("offline", redacted="for guests")
    assert SIMS[5].sid in shown
    assert "8901260012345678909" not in shown
