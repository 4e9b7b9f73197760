"""Whom one looks at before it is said what others around a silent SIM are."""

from datetime import datetime

import pytest

from bot.diagnosis.contrast import Trait
from bot.emulators.kore.account import a_plan
from bot.sessions.peers import Peers
from tests.bot.sessions.conftest import LOST, PLAN, a_sid, paths
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
    lookup = open_with(Peers(clock, None, open_with(None).look_up, await names(), patience=30))
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
        peer.traits[Trait.NETWORK] = "310-260"
    lookup = open_with(Peers(clock, scan, open_with(None).look_up, patience=120))
    answers = [await lookup.look_up(a_sid(1)) for _ in range(4)]
    looked_at = {path for path in paths(api) if path.endswith("DataSessions")}

    assert {("network", 19, 0)} == set(map(told, answers))
    assert 1 + 5 == len(looked_at)


async def test_asking_again_finds_no_other_neighbours(put, open_with, names, clock, api):
    """Those on the cell come first: those called alike are not looked at next time instead."""
    put(1, name="well-1", silent=True)
    for number in range(2, 10):
        put(number, name=f"well-{number}", cell_id=f"310-260-1-{number}")
        put(number + 10, name=f"pump{number}")
    scan = Scan(*(a_peer(clock, number, hours=20) for number in range(12, 20)))
    lookup = open_with(Peers(clock, scan, open_with(None).look_up, await names(), patience=120))
    answers = [told(await lookup.look_up(a_sid(1))) for _ in range(3)]
    looked_at = {path for path in paths(api) if path.endswith("DataSessions")}

    assert [("cell", 5, 0)] * 3 == answers
    assert 1 + 5 == len(looked_at)


async def test_three_of_few_at_several_places_may_be_chance(put, open_with, names, clock):
    """Whoever is looked at is no fleet: what nothing tells apart must be half of them.

    More are looked at before that is said.
    """
    causes = {}
    for lost, every in ((3, 10), (3, 6)):
        for number in range(1, every + 1):
            places = {"cell_id": f"310-260-1-{number}", "imei": None}
            put(number, name=f"well-{every}-{number}", silent=number <= lost, **places)
        lookup = open_with(Peers(clock, None, open_with(None).look_up, await names()))
        causes[every] = (await lookup.look_up(a_sid(1), patience=30)).cause.rule
        clock.move(60)

    assert {10: "ghost_session", 6: "common_outage"} == causes


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


@pytest.mark.parametrize("asked", [1, 4, 7])
async def test_two_lost_together_are_worth_five_looks_more(put, open_with, names, clock, asked):
    """Of nine stands three are gone, of one model and in three cells: whichever one asks for."""
    for number in range(1, 10):
        imei = "353166090000000" if number % 3 == 1 else f"867145{number:02}0000000"
        changes = {"imei": imei, "cell_id": f"310-260-1-{number}"}
        put(number, name=f"stand-{number}", silent=number % 3 == 1, **changes)
    lookup = open_with(Peers(clock, None, open_with(None).look_up, await names()))
    report = await lookup.look_up(a_sid(asked), patience=30)

    assert {"sims": 3, "of": 3, "others_silent": 0, "others": 6} == outage(report)
    assert "device model" == report.cause.evidence["trait"]


async def test_five_more_are_looked_at_where_the_first_five_are_known(put, open_with, names, clock):
    """Who was just looked up needs no look, and tells of two lost together no more than a look."""
    for number in range(1, 15):
        put(number, name=f"well-{number}", silent=number < 3, cell_id=f"310-260-1-{number}")
    looked, others = [], open_with(None)

    async def look(sid):
        looked.append(sid)
        return await others.look_up(sid)

    peers = Peers(clock, None, look, await names(), patience=120)
    for number in range(2, 7):
        peers.note(await others.look_up(a_sid(number)))
    await open_with(peers).look_up(a_sid(1))

    assert [a_sid(number) for number in range(7, 12)] == looked


async def test_few_more_are_looked_at_for_a_pair_only(put, open_with, names, clock):
    """Who fell silent alone, or in an outage that shows already, costs no look more."""
    looks, told_of = {}, {}
    for lost in (1, 2, 3):
        for number in range(1, 31):
            put(number, name=f"well-{number}", silent=number <= lost)
        looked, others = [], open_with(None)

        async def look(sid, looked=looked, others=others):
            looked.append(sid)
            return await others.look_up(sid)

        lookup = open_with(Peers(clock, None, look, await names()))
        told_of[lost] = [told(await lookup.look_up(a_sid(1), patience=30)) for _ in range(2)]
        looks[lost] = len(looked)
        clock.move(60)

    assert {1: 5, 2: 10, 3: 5} == looks
    assert {1: [("cell", 5, 0)] * 2, 2: [("cell", 9, 1)] * 2} == {n: told_of[n] for n in (1, 2)}


async def test_two_asked_for_together_are_a_pair(put, open_with, names, clock):
    """More are looked at as around one: the third well that is out is not among the next five."""
    for number in range(1, 10):
        put(number, name=f"well-{number}", silent=number in {1, 2, 9}, imei=None)
    lookup = open_with(Peers(clock, None, open_with(None).look_up, await names(), patience=30))
    reports = await lookup.look_up_many(["well-1", "well-2"])

    assert ["common_outage"] * 2 == [report.cause.rule for report in reports]


async def test_a_site_is_known_by_the_words_of_its_names(put, open_with, names, clock):
    """Where no number tells SIMs of one kind apart, those called alike but for a word are near."""
    for number, device in enumerate(("camera", "gate", "meter", "pump", "router")):
        put(number, name=f"north 2 {device}", silent=device in {"camera", "gate", "pump"})
        put(number + 10, name=f"south-{device}", cell_id="310-260-9-9")
    lookup = open_with(Peers(clock, None, open_with(None).look_up, await names()))
    report = await lookup.look_up(a_sid(0), patience=30)

    assert "common_outage" == report.cause.rule


@pytest.mark.parametrize(("minutes", "rule"), [(1, "common_outage"), (3, "ghost_session")])
async def test_an_outage_that_ended_minutes_ago_is_over(put, open_with, clock, minutes, rule):
    """Those that were silent when they were looked up are looked at again after two minutes."""
    sids = [put(number, silent=True, imei=None) for number in range(1, 10)]
    lookup = open_with(Peers(clock, None, open_with(None).look_up, patience=120))
    await lookup.look_up_many(sids)
    for number in range(2, 10):
        put(number, imei=None)
    clock.move(60 * minutes)
    report = await lookup.look_up(sids[0], fresh=True)

    assert rule == report.cause.rule


async def test_an_older_answer_replaces_no_newer_one(put, open_with, clock):
    """A look-up that was under way for long says nothing new of a SIM that was seen since."""
    peers, sid = Peers(clock), put(1, silent=True)
    before = await open_with(None).look_up(sid)
    clock.move(60)
    put(1)
    after = await open_with(None).look_up(sid, fresh=True)
    for report in (after, before):
        peers.note(report)

    assert {sid: True} == {sid: peer.is_online for sid, peer in (await peers.known()).items()}


@pytest.mark.parametrize("blocked", [True, False])
async def test_neighbours_without_data_are_in_no_outage(put, open_with, names, clock, blocked):
    """What plan or usage explains of others is asked for too: their silence is not of the cell."""
    plan = a_plan(clock.now(), sid=PLAN, data_enabled=not blocked)
    for number in range(1, 6):
        of_plan = plan if number in {2, 3} else None
        put(number, name=f"well-{number}", silent=number < 4, imei=None, plan=of_plan)
    lookup = open_with(Peers(clock, None, open_with(None, sparing=True).look_up, await names()))
    report = await lookup.look_up(a_sid(1), patience=30)

    assert ("ghost_session" if blocked else "common_outage") == report.cause.rule


async def test_who_was_read_without_a_plan_is_read_again(put, open_with, names, clock):
    """A watch looked at two wells without their plan, which lets them have no data: no outage."""
    plan = a_plan(clock.now(), sid=PLAN, data_enabled=False)
    for number in range(1, 6):
        of_plan = plan if number in {2, 3} else None
        put(number, name=f"well-{number}", silent=number < 4, imei=None, plan=of_plan)
    peers = Peers(clock, None, open_with(None, sparing=True).look_up, await names())
    for number in (2, 3):
        peers.note(await open_with(None).look_up(a_sid(number)))
    report = await open_with(peers).look_up(a_sid(1), patience=30)

    assert "ghost_session" == report.cause.rule
