"""The SIMs of a selection, listed from KORE's stand-in."""

import pytest

from bot.diagnosis.thresholds import Thresholds
from bot.digests.fleet import (
    Fleet,
    SharedScans,
    list_sims,
    pack_sims,
    same_scan,
    scan_name,
    unpack_sims,
)
from bot.digests.subscription import ListedSim, Selection, SelectionKind
from bot.emulators.kore.faults import Fault
from bot.kore.errors import KoreError
from bot.sessions.lookup import Judge
from bot.store.digest_runs import RunStage
from tests.bot.sims.conftest import sid
from tests.builders import SID, a_sim
from tests.digest_rig import pumps


def names(roster):
    """Return the SIDs of each chunk."""
    return [[sim.sid for sim in unpack_sims(body)] for body in roster.chunks()]


EVERY = [SID, *(sid(n) for n in range(2, 8))]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(SelectionKind.ALL), EVERY),
        (Selection(SelectionKind.PATTERN, "pump-*"), [SID, sid(2), sid(3), sid(6)]),
        (Selection(SelectionKind.PATTERN, "nobody-*"), []),
        (Selection(SelectionKind.STATUS, "active"), EVERY),
        (Selection(SelectionKind.STATUS, "suspended"), []),
        (Selection(SelectionKind.LISTED, sims=(ListedSim(sid(4), "truck-42"),)), [sid(4)]),
    ],
)
async def test_the_sims_of_a_selection(kore, selection, expected):
    """All SIMs that are meant are listed, and no other."""
    roster = await list_sims(selection, kore)

    assert sorted(expected) == sorted(each for chunk in names(roster) for each in chunk)
    assert (len(expected), []) == (roster.sims, roster.missing)


async def test_chunks(kore):
    """Chunks are full but for the last, and can be read again from the start."""
    roster = await list_sims(Selection(SelectionKind.ALL), kore, size=3)

    assert [3, 3, 1] == [len(chunk) for chunk in names(roster)]
    assert names(roster) == names(roster)


async def test_a_named_sim_that_is_gone_is_told(kore):
    """What KORE no longer has is named as it was typed, and costs the others nothing."""
    listed = (ListedSim(sid(99), "old-pump"), ListedSim(sid(2), "pump-17"))
    roster = await list_sims(Selection(SelectionKind.LISTED, sims=listed), kore)

    assert ([[sid(2)]], ["old-pump"]) == (names(roster), roster.missing)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(SelectionKind.ALL),
        Selection(SelectionKind.LISTED, sims=(ListedSim(sid(2), "pump-17"),)),
    ],
)
async def test_a_list_that_fails_is_no_short_list(kore, api, selection):
    """Where KORE does not give the whole list there is none."""
    api.faults.add(Fault(path="/v1/Sims", times=None, status=503))

    with pytest.raises(KoreError):
        await list_sims(selection, kore)


def test_a_sim_is_packed_whole():
    """What judging needs of a SIM comes back as it was, also what is unknown."""
    sims = (
        a_sim(eid="89" * 16, date_created="2026-01-01T00:00:00Z"),
        a_sim(sid=sid(2), status=None),
        a_sim(sid=sid(3), rate_plan_sid=None),
    )
    unpacked = unpack_sims(pack_sims(sims))

    assert sims == unpacked
    known = [["rate_plan_sid" in sim.model_fields_set for sim in some] for some in (sims, unpacked)]
    assert [[False, False, True]] * 2 == known


def test_packed_sims_are_small():
    """A SIM waiting to be asked takes little room in the store."""
    sims = [
        a_sim(sid=f"DE{n * 2654435761 % 2**128:032x}", unique_name=f"pump-{n}") for n in range(100)
    ]

    assert len(pack_sims(sims)) < 100 * 60


ALL = Selection(SelectionKind.ALL)
ACCOUNT = "main"
PUMPS = Selection(SelectionKind.PATTERN, "pump-*")


class Digests:
    """The digests that there are."""

    def __init__(self, *digests):
        self._digests = digests

    async def every(self):
        return self._digests


@pytest.fixture
def scans(database, clock):
    fleet = Fleet(database, None, Judge(Thresholds()), clock, None)
    return SharedScans(fleet, Digests(pumps(selection=PUMPS)), frozenset({ACCOUNT}))


async def scanned(runs, name, stage=RunStage.SKIPPED):
    """Let there be a scan of that name that has come so far."""
    run = await runs.begin(name, 1.0, "alert:a1")
    await runs.change(run.id, stage, has_rows=True, accounts=ACCOUNT)
    return run.id


def test_a_selection_has_one_name():
    """The same SIMs of the same accounts have the same name, others another."""
    one = Selection(SelectionKind.LISTED, sims=(ListedSim("DE1", "x"),))
    again = Selection(SelectionKind.PATTERN, "pump-*")

    assert scan_name(PUMPS, ACCOUNT) == scan_name(again, ACCOUNT)
    assert scan_name(PUMPS, "acme,globex") != scan_name(PUMPS, "acme") != scan_name(PUMPS, "")
    assert 3 == len({scan_name(each, ACCOUNT) for each in (ALL, PUMPS, one)})


@pytest.mark.parametrize(
    ("name", "stage", "found"),
    [
        (scan_name(PUMPS, ACCOUNT), RunStage.SKIPPED, True),
        (scan_name(ALL, ACCOUNT), RunStage.SKIPPED, True),
        (pumps().id, RunStage.POSTED, True),
        (scan_name(PUMPS, ACCOUNT), RunStage.SCANNING, False),
        (scan_name(Selection(SelectionKind.PATTERN, "tank-*"), ACCOUNT), RunStage.SKIPPED, False),
    ],
)
async def test_which_scan_will_do(scans, runs, name, stage, found):
    """One of the same SIMs or of all, whole, of an alert or a digest; not one that is too old."""
    id_ = await scanned(runs, name, stage)
    fresh, old = await scans.newest(PUMPS, 60.0), await scans.newest(PUMPS, -60.0)

    assert (id_ if found else None) == (fresh and fresh.id)
    assert old is None


async def test_one_of_two_begins(scans, runs):
    """Of two who would begin a scan at once one does; a scan is begun in the place of the last."""
    first = await scans.begin(await scans.last(PUMPS), "alert:a1")
    again = await runs.restart(first, "alert:a2"), await runs.restart(first, "alert:a3")
    under_way = await scans.under_way(PUMPS)

    assert (True, False) == again
    assert (first.id, "alert:a2") == (under_way.id, under_way.job)


async def test_a_digest_takes_only_scans_of_its_very_sims(runs):
    """Neither one of all SIMs, nor any where it must tell which of its list are missing."""
    listed = Selection(SelectionKind.LISTED, sims=(ListedSim("DE1", "x"),))
    for each in (PUMPS, listed):
        await scanned(runs, scan_name(each, ACCOUNT))
    found = [
        await same_scan(pumps(selection=each), 60.0, runs, ACCOUNT) for each in (PUMPS, listed, ALL)
    ]

    assert [True, False, False] == [run is not None for run in found]
