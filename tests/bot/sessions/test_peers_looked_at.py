"""Whom one looks at before it is said what others around a silent SIM are."""

from datetime import datetime

import pytest

from bot.diagnosis.contrast import Trait
from bot.sessions.peers import Peers
from tests.bot.sessions.conftest import LOST, a_sid, paths
from tests.bot.sessions.test_peers import Scan, a_peer, outage, step, told


async def test_the_next_numbers_are_looked_at_first(put, open_with, names, clock):
    """The wells beside `well-20` tell of it, not the first ones of the list."""
    for number in range(1, 31):
        put(number, name=f"well-{number:02}", silent=18 < number < 22)
    lookup = open_with(Peers(clock, None, open_with(None).look_up, await names()))
    report = await lookup.look_up(a_sid(20), patience=30)

    assert {"sims": 3, "of": 6, "others_silent": 0, "others": 0} == outage(report)


async def test_it_is_judged_by_what_a_look_just_told(put, open_with, clock):
    """
    What was online at the last scan and fell silent with it is part of the outage in the first
    answer already: pressing Refresh does not change the cause.
    """
    sids = [put(number, silent=number < 4) for number in range(1, 6)]
    scan = Scan(*(a_peer(clock, number, hours=20) for number in range(2, 6)))
    lookup = open_with(Peers(clock, scan, open_with(None).look_up, patience=120))
    first, again = [await lookup.look_up(sids[0]) for _ in range(2)]

    assert {"sims": 3, "of": 5, "others_silent": 0, "others": 0} == outage(first) == outage(again)


@pytest.mark.parametrize("asked", [1, 2])
async def test_an_outage_that_is_over_for_others_is_none(put, open_with, clock, asked):
    """Those that a scan saw silent are back: what is still silent is so for a cause of its own."""
    lost = datetime.fromisoformat(LOST).timestamp()
    sids = [put(number, silent=number == 1, imei=None) for number in range(1, 10)]
    scan = Scan(*(a_peer(clock, number, lost_at=lost) for number in range(1, 10)))
    lookup = open_with(Peers(clock, scan, open_with(None).look_up, patience=120))
    report, *_ = await lookup.look_up_many(sids[:asked])

    assert "ghost_session" == report.cause.rule
    assert step(report).startswith("Reset")
    assert report.neighbours.online
    assert not report.neighbours.silent


async def test_the_newer_of_two_looks_counts(put, open_with, clock):
    """A scan that saw a SIM after somebody looked it up knows better."""
    lost = datetime.fromisoformat(LOST).timestamp()
    sids = [put(number, silent=True) for number in (1, 2, 3)]
    told = []
    for hours, was in ((0, None), (1, lost)):
        scan = Scan()
        lookup = open_with(Peers(clock, scan))
        await lookup.look_up_many(sids[1:])
        clock.move(120)
        scan.peers_by_sid = {
            s: a_peer(clock, n, hours=hours, lost_at=was) for n, s in ((2, sids[1]), (3, sids[2]))
        }
        told.append(outage(await lookup.look_up(sids[0])))

    assert [[], {"sims": 3, "of": 3, "others_silent": 0, "others": 0}] == told


@pytest.mark.parametrize("asked", [["well-2", "well-3"], ["well-2", "pump-1"], ["well-2", "none"]])
async def test_some_asked_for_together_are_compared_with_those_called_alike(
    put, open_with, names, clock, asked
):
    """In twos, beside one that is well or that there is none of, a SIM's verdict is the same."""
    for number in range(1, 6):
        put(number, name=f"well-{number}", silent=number < 4)
    put(9, name="pump-1", cell_id="310-260-9-9")
    lookup = open_with(Peers(clock, None, open_with(None).look_up, await names()))
    report, *_ = await lookup.look_up_many(asked)

    assert {"sims": 3, "of": 5, "others_silent": 0} == {
        name: value for name, value in outage(report).items() if name != "others"
    }


async def test_two_of_a_cell_asked_for_together_are_not_reset(put, open_with, clock):
    """As each alone: they fell silent together, which two dead sessions do not."""
    lookup = open_with(Peers(clock))
    for number in range(1, 4):
        await lookup.look_up(put(number))
    reports = await lookup.look_up_many([put(4, silent=True), put(5, silent=True)])

    assert [("cell", 3, 1)] * 2 == list(map(told, reports))
    assert all(step(report).startswith("It did not fall silent alone") for report in reports)


async def test_what_was_lost_long_after_was_well(put, open_with, clock):
    """Asked for alone or all together, an outage has the same others to be told from."""
    later = {"silent": True, "lost": "2026-01-05T05:00:00Z"}
    sids = [put(number, silent=True, imei=None) for number in (1, 2, 3)]
    sids += [put(number, **later, imei=None) for number in (4, 5)]
    lookup = open_with(Peers(clock))
    together = await lookup.look_up_many(sids)
    alone = await lookup.look_up(sids[0])

    assert {"sims": 3, "of": 5, "others_silent": 0, "others": 0} == outage(together[0])
    assert outage(together[0]) == outage(alone)


async def test_asking_again_looks_at_no_more(put, open_with, clock, api):
    """Nor does it tell more: who is watched while silent costs no look at its whole network."""
    for number in range(1, 21):
        put(number, imei=None, silent=number == 1, cell_id=f"310-260-1-{number}")
    scan = Scan(*(a_peer(clock, number) for number in range(2, 21)))
    for peer in scan.peers_by_sid.values():
        peer.member.traits[Trait.NETWORK] = "310-260"
    lookup = open_with(Peers(clock, scan, open_with(None).look_up, patience=120))
    answers = [await lookup.look_up(a_sid(1)) for _ in range(4)]
    looked_at = {path for path in paths(api) if path.endswith("DataSessions")}

    assert {("network", 19, 0)} == set(map(told, answers))
    assert 1 + 5 == len(looked_at)


async def test_a_list_that_is_not_read_is_waited_for_once(put, open_with, clock):
    """However many are silent: an answer does not wait for it again and again."""
    waited = []

    class Unread:
        async def ready(self, patience):
            waited.append(patience)
            return False

        async def sids(self, *_, **__):
            return ()

    sids = [put(n, name=f"well-{n}", silent=True, imei=None) for n in (1, 2, 3)]
    lookup = open_with(Peers(clock, None, open_with(None).look_up, Unread()))
    reports = await lookup.look_up_many(sids)

    assert ["common_outage"] * 3 == [report.cause.rule for report in reports]
    assert 1 == len(waited)
