from bot.diagnosis.state import State
from bot.errors import BotError
from bot.kore.errors import KoreUnavailable
from bot.sandbox.kore_api.faults import broken
from bot.sims.errors import SimNotFound, SuperSim
from tests.bot.sessions.conftest import OPEN, SIM, rules
from tests.builders import SID

GHOST = OPEN | {"last_updated": "2026-01-05T09:30:00Z"}


async def test_several_are_answered_in_the_order_asked(lookup):
    """
    Each text has its answer in its place, an error where there is no report.
    """
    answers = await lookup.look_up_many(["pump-7", "HS" + "0" * 32, SID, "pump-8", SID])

    sids = [getattr(getattr(answer, "sim", None), "sid", None) for answer in answers]
    assert [SID, None, SID, None, SID] == sids
    assert [SuperSim, SimNotFound] == [type(answers[place]) for place in (1, 3)]


async def test_several_of_none_are_none(lookup):
    """
    Nothing asked for is nothing answered.
    """
    assert [] == await lookup.look_up_many([])


async def test_one_failure_keeps_nothing_from_the_others(lookup, api):
    """
    A SIM that KORE refuses to show leaves the others their reports.
    """
    other = "DE" + "7" * 32
    api.add(SIM | {"sid": other, "unique_name": "pump-9"})
    api.faults.add(broken(503, f"Sims/{other}", times=None))
    broken_one, fine = await lookup.look_up_many([other, SID])

    assert isinstance(broken_one, KoreUnavailable)
    assert State.ONLINE is fine.state


async def test_sims_lost_together_say_so(lookup, api):
    """
    Three SIMs lost at once on one network share an outage; a SIM named twice counts once.
    """
    names = ["pump-7", "pump-8", "pump-9"]
    for number, name in enumerate(names):
        sid = f"DE{number:032}"
        api.add(SIM | {"sid": sid, "unique_name": name}, [GHOST | {"sim_sid": sid}])

    two = await lookup.look_up_many([names[0], names[1], names[0]])
    three = await lookup.look_up_many([*names, "nobody"])

    assert [[("ghost_session", "warning")]] * 3 == list(map(rules, two))
    outage = [("common_outage", "critical"), ("ghost_session", "warning")]
    assert [outage] * 3 == list(map(rules, three[:3]))
    assert isinstance(three[3], BotError)


async def test_many_more_than_are_asked_at_once_come_back(lookup, api):
    """
    More SIMs than are read at once all have their answers, in order.
    """
    sids = [f"DE{number:032}" for number in range(70)]
    for sid in sids:
        api.add(SIM | {"sid": sid, "unique_name": None}, [OPEN | {"sim_sid": sid}])

    assert sids == [report.sim.sid for report in await lookup.look_up_many(sids)]


async def test_thousands_can_keep_their_newest_session_only(lookup):
    """
    Where memory counts, a report keeps its newest session, its summary and its findings.
    """
    (report,) = await lookup.look_up_many([SID], newest_only=True)

    assert (1, 2) == (len(report.sessions), report.summary.sessions)
    assert [("healthy", "info")] == rules(report)


async def test_each_that_is_done_is_told(lookup):
    """
    Whoever waits for many is told of each, found or not.
    """
    told = []
    await lookup.look_up_many([SID, "nobody", "pump-7"], done=lambda: told.append("done"))

    assert ["done"] * 3 == told


async def test_a_fault_of_ours_in_one_leaves_the_others(open_lookup, api, caplog):
    """
    A report that breaks is logged, stands as an error in its place, and costs nobody else theirs.
    """
    api.add(SIM | {"sid": "DE" + "7" * 32, "unique_name": "pump-9"}, [OPEN | {"end": "9999"}])
    lookup = open_lookup(stale_after="not a duration")
    online, empty = await lookup.look_up_many([SID, "DE" + "7" * 32])

    assert BotError is type(online)
    assert "report-broke" in caplog.messages
    assert "DE" + "7" * 32 == empty.sim.sid


async def test_each_is_told_as_soon_as_it_is_read(lookup, api):
    """
    Reports and errors come with their places, before the last of them is there.
    """
    told = {}

    answers = await lookup.look_up_many(["nobody", SID], told=told.__setitem__)

    assert {0, 1} == set(told)
    assert answers[0] is told[0]
    assert (SID, answers[1].state) == (told[1].sim.sid, told[1].state)


async def test_a_listener_that_breaks_costs_nobody_the_answer(lookup):
    """
    What goes wrong with telling is not the look-up's fault.
    """

    def broken_listener(_place, _answer):
        msg = "a fault of ours"
        raise RuntimeError(msg)

    (answer,) = await lookup.look_up_many([SID], told=broken_listener)

    assert State.ONLINE is answer.state
