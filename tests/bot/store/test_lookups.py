"""Who asked for which SIM, as rows."""

import pytest

from bot.store.lookups import Lookup, LookupFilter, Lookups
from bot.struct import replace

FIRST = Lookup(
    id="a", at=10.5, request="7f3a9c", team="T1", person="U1", channel="C1", thread="1.1",
    entry="command sessions", outcome="ok", sim="DE1", name="pump-7", snapshot="{}",
)  # fmt: skip
SECOND = replace(FIRST, id="b", at=20.5, person="U2", channel="C2", thread=None)
FAILED = replace(FIRST, id="c", at=30.5, outcome="sim_not_found", sim=None, name=None)


@pytest.fixture
async def rows(database):
    lookups = Lookups(database)
    await lookups.add([FIRST, SECOND, FAILED])
    return lookups


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (LookupFilter(), [FAILED, SECOND, FIRST]),
        (LookupFilter(limit=2), [FAILED, SECOND]),
        (LookupFilter(since=20.5), [FAILED, SECOND]),
        (LookupFilter(person="U2"), [SECOND]),
        (LookupFilter(sim="DE1"), [SECOND, FIRST]),
        (LookupFilter(sim="pump-7"), [SECOND, FIRST]),
        (LookupFilter(channel="C1"), [FAILED, FIRST]),
        (LookupFilter(person="U1", sim="DE1", channel="C1", since=1), [FIRST]),
        (LookupFilter(sim="pump"), []),
        (LookupFilter(person="U9"), []),
        (LookupFilter(since=99), []),
    ],
)
async def test_what_is_wanted_is_found_newest_first(rows, wanted, found):
    """Each filter narrows; what does not fit is not listed."""
    assert tuple(found) == await rows.find(wanted)


async def test_keeping_again_changes_nothing(rows):
    """A batch of which nobody knows whether it was saved may be sent again."""
    await rows.add([replace(FIRST, outcome="other"), replace(FIRST, id="d", at=40.5)])

    assert ["d", "c", "b", "a"] == [row.id for row in await rows.find(LookupFilter())]
    assert FIRST in await rows.find(LookupFilter())


async def test_nothing_to_keep_is_no_trouble(rows):
    """An empty batch is no statement."""
    await rows.add([])

    assert 3 == len(await rows.find(LookupFilter()))


async def test_a_thread_tells_what_was_found_in_it(rows):
    """Oldest first; other threads, other channels and what was not found are left out."""
    late = replace(FIRST, id="e", at=50.5)
    others = [
        replace(FIRST, id="f", thread="2.2"),
        replace(FIRST, id="g", channel="C2"),
        replace(FIRST, id="h", outcome="sim_not_found"),
    ]
    await rows.add([late, *others])

    assert (FIRST, late) == await rows.in_thread("C1", "1.1")
    assert () == await rows.in_thread("C1", "9.9")


async def test_old_ones_are_forgotten(rows):
    """What is older goes, what is not stays."""
    assert 1 == await rows.forget(before=20.5)

    assert (FAILED, SECOND) == await rows.find(LookupFilter())
