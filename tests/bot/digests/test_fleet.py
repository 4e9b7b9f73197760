"""The SIMs of a selection, listed from KORE's stand-in."""

import pytest

from bot.digests.fleet import list_sims, packed, unpacked
from bot.digests.subscription import ListedSim, Selection, SelectionKind
from bot.emulators.kore.faults import Fault
from bot.kore.errors import KoreError
from tests.bot.sims.conftest import sid
from tests.builders import SID, a_sim


def names(roster):
    """Return the SIDs of each chunk."""
    return [[sim.sid for sim in unpacked(body)] for body in roster.chunks()]


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
    )

    assert sims == unpacked(packed(sims))


def test_packed_sims_are_small():
    """A SIM waiting to be asked takes little room in the store."""
    sims = [
        a_sim(sid=f"DE{n * 2654435761 % 2**128:032x}", unique_name=f"pump-{n}") for n in range(100)
    ]

    assert len(packed(sims)) < 100 * 60
