"""What is said of others where one SIM fell silent."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.diagnosis.contrast import Trait
from bot.diagnosis.rules.common_outage import outage_limits
from bot.diagnosis.thresholds import Thresholds
from bot.emulators.kore.faults import Fault
from bot.sessions import peers as peers_module
from bot.sessions.peers import Peer, Peers
from bot.sessions.redaction import redacted
from bot.store.errors import StoreNotReady
from bot.struct import replace
from tests.bot.sessions.conftest import LOST, OPEN, a_sid, paths
from tests.waiting import until

CELL = OPEN["cell_id"]


class Scan:
    """A last scan of these peers; `gate` holds it back."""

    cached = None

    def __init__(self, *peers, error=None, gate=None):
        self.peers_by_sid = {peer.sid: peer for peer in peers}
        self.error, self.gate = error, gate

    async def peers(self):
        if self.error:
            raise self.error
        if self.gate:
            await self.gate.wait()
        return self.peers_by_sid


def told(report):
    near = report.neighbours
    return near and (near.trait, near.online, near.silent)


async def test_neighbours_looked_up_lately_are_told(put, open_with, clock):
    """Those on the cell go before those on the network, and only a silent SIM has any."""
    lookup = open_with(Peers(clock))
    sids = [put(1), put(2), put(3, silent=True), put(4, cell_id="310-260-1-1")]
    first = await lookup.look_up(sids[0])
    for sid in sids[1:]:
        await lookup.look_up(sid)
    silent = await lookup.look_up(put(5, silent=True))
    elsewhere = await lookup.look_up(put(6, silent=True, cell_id="310-260-9-9"))

    assert first.neighbours is None
    assert ("cell", 2, 1) == told(silent)
    assert ("network", 3, 2) == told(elsewhere)
    assert f"{silent.neighbours.silent_since:%H:%M}" == "02:10"


async def test_what_is_older_than_ten_minutes_is_forgotten(put, open_with, clock):
    """Then nobody knows, and nothing is said."""
    lookup = open_with(Peers(clock))
    await lookup.look_up(put(1))
    clock.move(601)

    assert (await lookup.look_up(put(2, silent=True), fresh=True)).neighbours is None


def a_peer(clock, number, *, hours=3, lost_at=None):
    """Return a SIM of the same cell, online at the last scan so many hours ago."""
    seen = clock.now() - timedelta(hours=hours)
    told = {"is_online": lost_at is None, "as_of": seen}
    return Peer(a_sid(number), lost_at, seen.timestamp(), {Trait.CELL: CELL}, **told)


async def test_the_last_scan_is_asked_and_a_few_are_looked_at_again(put, open_with, clock, api):
    """At most five of those that the scan saw are looked up, behind; the rest is as it was."""
    numbers = range(1, 8)
    for number in numbers:
        put(number, silent=number == 1, lost="2026-01-04T02:00:00Z")
    scan = Scan(*(a_peer(clock, number) for number in numbers))
    peers = Peers(clock, scan, open_with(None).look_up, patience=120)
    report = await open_with(peers).look_up(put(9, silent=True))
    await peers.aclose()
    looked_at = {path for path in paths(api) if path.endswith("DataSessions")}

    assert ("cell", 6, 1) == told(report)
    assert 5 + 1 == len(looked_at)


async def test_who_was_online_only_before_the_loss_is_no_proof(put, open_with, clock):
    """A scan of yesterday evening says nothing of this morning."""
    lookup = open_with(Peers(clock, Scan(a_peer(clock, 1, hours=20))))
    report = await lookup.look_up(put(9, silent=True))

    assert report.neighbours is None


async def test_nothing_keeps_the_answer(put, open_with, clock):
    """A store that is away, a scan or a look that takes long: the answer comes without them."""
    never = asyncio.Event()

    async def slow_look(_sid):
        await never.wait()

    away = Peers(clock, Scan(error=StoreNotReady()))
    slow = Peers(clock, Scan(a_peer(clock, 1), gate=never))
    stuck = Peers(clock, Scan(a_peer(clock, 1)), slow_look)
    found = []
    for peers in (away, slow, stuck):
        found.append(told(await open_with(peers).look_up(put(9, silent=True))))
        await peers.aclose()

    assert [None, None, ("cell", 1, 0)] == found


async def test_a_scan_that_is_still_being_read_is_waited_for_behind(put, open_with, clock):
    """The answer goes out and says that more is to come; with patience it is all there."""
    gate = asyncio.Event()
    lookup = open_with(Peers(clock, Scan(a_peer(clock, 1), gate=gate)))
    first = await lookup.look_up(put(9, silent=True))
    gate.set()
    second = await lookup.look_up(a_sid(9), patience=10)

    assert (None, False) == (told(first), first.peers_known)
    assert (("cell", 1, 0), True) == (told(second), second.peers_known)


async def test_what_was_read_days_ago_counts_no_more(clock):
    """Also where the store is away since then."""
    scan = Scan(a_peer(clock, 1))
    peers = Peers(clock, scan)
    first = await peers.known()
    scan.error = StoreNotReady()
    clock.move(timedelta(days=2, hours=1).total_seconds())

    assert (1, {}) == (len(first), await peers.known())


async def test_an_answer_of_before_has_the_neighbours_of_its_own_loss(put, open_with, clock, api):
    """While KORE is down too: not those of what an older scan saw of the same SIM."""
    scan = Scan(a_peer(clock, 9, hours=10), a_peer(clock, 1))
    lookup, mine = open_with(Peers(clock, scan)), put(9, silent=True)
    first = await lookup.look_up(mine)
    api.faults.add(Fault(status=503, times=None))
    clock.move(660)
    second = await lookup.look_up(mine)

    assert second.stale
    assert ("cell", 1, 0) == told(first) == told(second)


async def test_answers_of_before_tell_nothing_of_others(put, open_with, clock, api):
    """While KORE is down, what SIMs were more than ten minutes ago is no news of them."""
    peers, sids = Peers(clock), [put(1, silent=True), put(2, silent=True)]
    lookup = open_with(peers)
    for sid in sids:
        await lookup.look_up(sid)
    api.faults.add(Fault(status=503, times=None))
    clock.move(660)
    old = [await lookup.look_up(sid) for sid in sids]

    assert all(report.stale for report in old)
    assert [{}, {}] == [await peers.around([report], outage_limits(Thresholds())) for report in old]


def outage(report):
    found = [each for each in report.findings if each.rule == "common_outage"]
    return found and {k: found[0].evidence[k] for k in ("sims", "of", "others_silent", "others")}


async def test_sims_asked_for_one_by_one_are_compared(put, open_with, clock):
    """The third that fell silent with two looked up lately is an outage; names stay unsaid."""
    lookup = open_with(Peers(clock))
    for number in range(1, 5):
        await lookup.look_up(put(number, cell_id="310-260-1-1"))
    first, second, third = [await lookup.look_up(put(n, silent=True)) for n in (6, 7, 8)]
    clock.move(601)
    later = await lookup.look_up(put(9, silent=True))

    assert [[], []] == [outage(first), outage(second)]
    assert {"sims": 3, "of": 3, "others_silent": 0, "others": 4} == outage(third)
    assert [] == outage(later)
    assert not any(a_sid(n) in str(third.findings) for n in range(1, 8))


async def test_the_last_scan_tells_silent_from_well(put, open_with, clock):
    """Two asked for together are compared with what a scan saw since; what it saw before is not."""
    lost_at = datetime.fromisoformat(LOST).timestamp()
    known = [a_peer(clock, number, lost_at=lost_at) for number in (1, 2)]
    known += [a_peer(clock, number, hours=20) for number in (3, 4)]
    known += [
        replace(peer, traits={Trait.CELL: "310-260-1-1"})
        for peer in (a_peer(clock, number) for number in range(11, 21))
    ]
    lookup = open_with(Peers(clock, Scan(*known)))
    reports = await lookup.look_up_many([put(8, silent=True), put(9, silent=True)])

    expected = {"sims": 4, "of": 4, "others_silent": 0, "others": 10}
    assert [expected, expected] == [*map(outage, reports)]


async def test_memory_is_bounded(put, open_with, clock, monkeypatch):
    """The oldest is forgotten."""
    monkeypatch.setattr(peers_module, "MOST_RECENT", 2)
    lookup = open_with(Peers(clock))
    for number in range(4):
        await lookup.look_up(put(number))

    assert ("cell", 1, 0) == told(await lookup.look_up(put(9, silent=True)))


async def test_redacted_readers_see_nothing_of_a_cell(put, open_with, clock):
    """Counts by cell are left out, those by network stay."""
    lookup = open_with(Peers(clock))
    await lookup.look_up(put(1))
    report = await lookup.look_up(put(2, silent=True))
    on_network = replace(report, neighbours=replace(report.neighbours, trait="network"))

    assert redacted(report, "why").neighbours is None
    assert on_network.neighbours == redacted(on_network, "why").neighbours


def step(report):
    (told,) = [each.next_step for each in report.findings if each.rule == "ghost_session"]
    return told


async def test_what_is_left_of_an_outage_is_not_reset(put, open_with, clock):
    """Two of five wells that were lost together are no outage, and no two dead sessions either."""
    lookup = open_with(Peers(clock))
    for number in range(1, 4):
        await lookup.look_up(put(number))
    first = await lookup.look_up(put(4, silent=True))
    second = await lookup.look_up(put(5, silent=True, lost="2026-01-05T02:25:00Z"))

    assert step(first).startswith("Reset")
    assert step(second).startswith("It did not fall silent alone: check the site's power")


@pytest.mark.parametrize(
    "other",
    [{"lost": "2026-01-05T01:10:00Z"}, {"cell_id": "310-260-9-9"}],
    ids=["another time", "another cell"],
)
async def test_what_fell_silent_by_itself_is_reset(put, open_with, clock, other):
    """Silence at another time or place is no common cause."""
    lookup = open_with(Peers(clock))
    await lookup.look_up(put(10, silent=True, **other))

    assert step(await lookup.look_up(put(11, silent=True))).startswith("Reset")


async def test_the_next_step_is_the_same_whoever_else_was_looked_up(put, open_with, clock):
    """Two that were lost together may share a site, however many others of the cell are well."""
    lookup = open_with(Peers(clock))
    await lookup.look_up(put(10, silent=True))
    steps = [step(await lookup.look_up(put(11, silent=True)))]
    for number in range(1, 9):
        await lookup.look_up(put(number))
    steps.append(step(await lookup.look_up(a_sid(11))))

    assert steps[0].startswith("It did not fall silent alone")
    assert steps[0] == steps[1]


async def test_alone_and_silent_those_called_alike_are_looked_at(put, open_with, names, clock, api):
    """On a fresh start `well-2` is compared with the other wells, and is not reset."""
    for number in range(1, 9):
        put(number, name=f"well-{number}", silent=number < 3)
    put(9, name="pump-1", silent=True)
    peers = Peers(clock, None, open_with(None).look_up, await names())
    report = await open_with(peers).look_up(a_sid(2), patience=30)
    looked_at = {path for path in paths(api) if path.endswith("DataSessions")}

    assert ("cell", 6, 1) == told(report)
    assert step(report).startswith("It did not fall silent alone")
    assert report.peers_known
    assert 7 + 1 == len(looked_at)


@pytest.mark.parametrize("neighbour", [{}, {"silent": True}, {"lost": "2026-01-04T02:00:00Z"}])
async def test_a_neighbour_known_before_is_not_all_that_is_looked_at(
    put, open_with, names, clock, neighbour
):
    """Whoever else is known on its cell, those called alike tell that three of five are out."""
    for number in range(1, 6):
        put(number, name=f"well-{number}", silent=number < 4)
    other = put(9, name="pump-1", **neighbour)
    lookup = open_with(Peers(clock, None, open_with(None).look_up, await names()))
    await lookup.look_up(other)
    report = await lookup.look_up(a_sid(2), patience=30)

    assert "common_outage" == report.cause.rule
    assert report.peers_known


async def test_what_comes_too_late_helps_afterwards(put, open_with, names, clock):
    """The answer goes out and says that more is to come; with patience it is all there."""
    gate, others = asyncio.Event(), open_with(None)

    async def look(sid):
        await gate.wait()
        return await others.look_up(sid)

    for number in (1, 2, 3):
        put(number, name=f"well-{number}", silent=number < 3)
    peers = Peers(clock, None, look, await names())
    first = await open_with(peers).look_up(a_sid(2))
    gate.set()
    second = await open_with(peers).look_up(a_sid(2), patience=10)
    await peers.aclose()

    assert (None, False) == (first.neighbours, first.peers_known)
    assert ("cell", 1, 1) == told(second)
    assert second.peers_known


async def test_an_outage_of_those_looked_at_so_far_is_brought_up_to_date(
    put, open_with, names, clock
):
    """While others on its cell are still looked at, nobody may take it for all of the cell."""
    gate, others = asyncio.Event(), open_with(None)

    async def look(sid):
        if sid in wells[3:]:
            await gate.wait()
        return await others.look_up(sid)

    wells = [put(number, name=f"well-{number}", silent=number < 4) for number in range(1, 6)]
    peers = Peers(clock, None, look, await names())
    lookup = open_with(peers)
    await lookup.look_up(wells[1])

    async def three_are_known():
        return len(await peers.known()) >= 3

    await until(three_are_known, pause=0)
    early = await lookup.look_up(wells[1])
    gate.set()
    late = await lookup.look_up(wells[1], patience=10)

    assert ("common_outage", False) == (early.cause.rule, early.peers_known)
    assert ("common_outage", True) == (late.cause.rule, late.peers_known)
    assert early.cause.says != late.cause.says


@pytest.mark.parametrize(
    ("name", "fits", "others"),
    [
        ("well-2", ["well-1", "well-17", "well-x"], ["well", "swell-1", "pump-2"]),
        ("well2", ["well1", "well17"], ["well", "well1b", "swell1", "pump2"]),
        ("Plant 3 Pump 07", ["plant 3 pump 8"], ["plant 4 pump 8"]),
        ("kiosk 12 north", ["kiosk 12 south", "kiosk 1 north"], ["kiosk 1 south"]),
        ("north-camera", ["north-gate", "north-12"], ["south-camera", "north", "north-"]),
        ("gateway", [], ["gateway", "gateway-1"]),
        ("4711", [], ["4712"]),
    ],
)
def test_names_that_are_alike(name, fits, others):
    """The last number or word tells SIMs of one kind apart; a name without words is no kind."""
    alike = peers_module.namesakes(name)

    def is_alike(each):
        return any(each.startswith(start) and fit.fullmatch(each) for start, fit in alike)

    assert all(map(is_alike, fits))
    assert not any(map(is_alike, others))
    assert bool(fits) == bool(alike)


def test_the_likest_names_come_first():
    """The next numbers of one kind; where the number names the site, the others of that site."""
    found = {name: peers_module.namesakes(name)[0][1] for name in ("well-7", "site3-router")}

    assert found["well-7"].fullmatch("well-10")
    assert not found["well-7"].fullmatch("well-x")
    assert found["site3-router"].fullmatch("site3-meter")
    assert not found["site3-router"].fullmatch("site4-router")
