"""Scans that several need: their names, which one will do, and who begins a new one."""

import pytest

from bot.digests.fleet import Fleet
from bot.digests.shared_scan import SharedScans, same_scan, scan_name
from bot.digests.subscription import ListedSim, Selection, SelectionKind
from bot.store.digest_runs import DigestRuns, Stage
from tests.digest_rig import pumps

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
def runs(database):
    return DigestRuns(database)


@pytest.fixture
def scans(runs):
    parts = dict.fromkeys(Fleet.__struct_fields__) | {"runs": runs}
    return SharedScans(Fleet(**parts), Digests(pumps(selection=PUMPS)), frozenset({ACCOUNT}))


async def scanned(runs, name, stage=Stage.SKIPPED):
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
        (scan_name(PUMPS, ACCOUNT), Stage.SKIPPED, True),
        (scan_name(ALL, ACCOUNT), Stage.SKIPPED, True),
        (pumps().id, Stage.POSTED, True),
        (scan_name(PUMPS, ACCOUNT), Stage.SCANNING, False),
        (scan_name(Selection(SelectionKind.PATTERN, "tank-*"), ACCOUNT), Stage.SKIPPED, False),
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
    first = await scans.begin(PUMPS, "alert:a1")
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
