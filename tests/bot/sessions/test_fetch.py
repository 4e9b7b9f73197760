"""What is read of a SIM side by side, and what is let go of."""

import asyncio
import gc
import weakref
from datetime import timedelta

import pytest

from bot.diagnosis.evidence import State
from bot.diagnosis.rhythm import Contact
from bot.diagnosis.thresholds import Thresholds
from bot.emulators.kore.account import a_plan
from bot.emulators.kore.faults import Fault, broken
from bot.errors import BotError
from bot.kore.cache import Fetched
from bot.kore.errors import KoreRateLimited, KoreUnavailable
from bot.kore.models import UsageRecord
from bot.sessions.fetch import AllowanceReader, SimData, contacts_by_day, task_scope
from bot.sessions.lookup import SessionLookup
from bot.sessions.report import SessionReport
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver
from tests.bot.sessions.conftest import CLOSED, OPEN, PLAN, SIM, paths
from tests.builders import NOON, SID, a_session, a_sim

FETCHED = Fetched(a_sim(), NOON)
ROW = a_session()


@pytest.mark.parametrize(
    ("sessions", "rows", "problem"),
    [
        (Fetched((ROW,), NOON), (ROW,), None),
        (Fetched((ROW,), NOON, skipped_rows=3), (ROW,), None),
        (Fetched((), NOON), (), None),
        (Fetched((), NOON, skipped_rows=3), None, "None of the 3 rows"),
        (KoreRateLimited(), None, KoreRateLimited.sentence),
    ],
)
def test_rows_that_could_not_be_read_have_a_reason(sessions, rows, problem):
    """No row is an answer; rows that failed, or were all odd, are unread, and it is said why."""
    read = SimData("pump-7", FETCHED, sessions, None)

    assert rows == read.rows
    assert problem == (read.problem and read.problem[: len(problem)])


def test_what_failed_has_no_age():
    """The age of a report is that of what was read."""
    assert (FETCHED,) == SimData("pump-7", FETCHED, KoreRateLimited(), None).parts


async def test_what_is_begun_runs_at_once():
    """An errand runs while the block goes on, and its result is awaited where it is needed."""
    async with task_scope() as under_way:
        first = under_way.begin(asyncio.sleep(0, "first"))
        second = under_way.begin(asyncio.sleep(0, "second"))

        assert ["second", "first"] == [await second, await first]


async def test_what_nobody_waits_for_ends_with_the_block():
    """An errand that still runs when the block ends is cancelled."""
    async with task_scope() as under_way:
        endless = under_way.begin(asyncio.Event().wait())

    assert endless.cancelled()


async def test_what_is_done_is_let_go():
    """A block of many task_scope does not hold the results of those that are done."""

    class Large:
        """Something worth letting go of."""

    async def fetch():
        return Large()

    async with task_scope() as under_way:
        result = weakref.ref(await under_way.begin(fetch()))
        await asyncio.sleep(0)
        gc.collect()

        assert result() is None


async def test_the_block_s_own_failure_wins():
    """What the block raises is raised as it is, and the failures of task_scope are taken in."""

    async def fail():
        raise ZeroDivisionError

    async def block():
        async with task_scope() as under_way:
            await asyncio.wait({under_way.begin(fail())})
            raise KeyError

    with pytest.raises(KeyError):
        await block()


async def test_cancelling_the_block_cancels_its_errands():
    """Whoever stops waiting leaves nothing running."""
    begun = []

    async def block():
        async with task_scope() as under_way:
            begun.append(under_way.begin(asyncio.Event().wait()))
            await begun[0]

    task = asyncio.create_task(block())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert begun[0].cancelled()


MONTH = "Start=2025-12-20T00%3A00%3A00Z"


def add(api, plan, mb_a_day=1, **sim):
    """Put the SIM in with that plan; it was made 77 days ago, 16 of them in this month."""
    told = None if plan is None else a_plan(NOON, sid=PLAN, **plan)
    api.add(SIM | sim, [OPEN], rate_plan=told, bytes_per_day=mb_a_day * 1_000_000)


def rules(report):
    return [finding.rule for finding in report.findings]


async def test_plan_and_usage_reach_the_rules(lookup, api):
    """The usage of the metering month is compared with the plan's limit."""
    add(api, {"data_limit": 18})
    report = await lookup.look_up(SID)

    assert ["data_limit"] == rules(report)
    assert 18 == report.rate_plan.data_limit
    (asked,) = [each for each in api.requests if "UsageRecords" in each.path]
    assert MONTH in asked.query
    assert "Granularity=all" in asked.query


async def test_a_plan_without_limit_asks_for_no_usage_again(lookup, api, clock):
    """Once a plan is known to have no limit, usage is not asked for."""
    add(api, {"data_limit": None})
    await lookup.look_up(SID)
    before = len(paths(api))
    clock.move(7200)
    report = await lookup.look_up(SID)

    assert 18 != report.rate_plan.data_limit
    assert not any("UsageRecords" in path for path in paths(api)[before:])


@pytest.mark.parametrize("what", ["RatePlans", "UsageRecords"])
async def test_what_cannot_be_read_is_unknown(lookup, api, what):
    """A plan or usage that KORE does not give leaves their rules silent, and the verdict comes."""
    add(api, {"data_limit": 1})
    api.faults.add(broken(503, what, times=None))
    report = await lookup.look_up(SID)

    assert (State.ONLINE, ["healthy"]) == (report.state, rules(report))


async def test_a_sim_without_a_plan_asks_for_none(lookup, api):
    """Without a plan's SID there is neither plan nor limit to ask for."""
    add(api, None, rate_plan_sid=None)
    report = await lookup.look_up(SID)

    assert ["healthy"] == rules(report)
    assert not any("Plans" in path or "Usage" in path for path in paths(api))


@pytest.mark.parametrize("held", ["RatePlans", "UsageRecords"])
async def test_nobody_waits_long_for_it(open_lookup, api, gate, held):
    """What does not come in time is unknown now, and kept for the next time once it comes."""
    add(api, {"data_limit": 18})
    gate.held = held
    hasty = open_lookup(patience=0.01)
    now = await hasty.look_up(SID)
    gate.open()
    patient = await open_lookup().look_up(SID)
    later = await hasty.look_up(SID)

    assert [["healthy"], ["data_limit"], ["data_limit"]] == [*map(rules, (now, patient, later))]
    assert 1 == sum(held in path for path in paths(api))


async def test_an_earlier_look_up_tells_the_plan_beforehand(lookup, gate, clock):
    """The plan of a SIM that was seen before is asked for before the SIM has answered."""
    await lookup.look_up(SID)
    clock.move(7200)
    gate.held = "/v1/"
    asking = asyncio.create_task(lookup.look_up(SID))
    await gate.until(4)
    gate.open()
    await asking

    assert f"/v1/RatePlans/{PLAN}" in gate.waited_for


async def test_a_plan_that_changed_is_asked_for(lookup, api, clock):
    """When the SIM has another plan than it had, the right one counts."""
    add(api, {"data_limit": None})
    await lookup.look_up(SID)
    other = "WP" + "b" * 32
    plan = a_plan(NOON, sid=other, data_enabled=False)
    api.add(SIM | {"rate_plan_sid": other}, [OPEN], rate_plan=plan)
    clock.move(120)
    report = await lookup.look_up(SID, fresh=True)

    assert other == report.rate_plan.sid
    assert "plan_blocks_data" in rules(report)


async def test_with_many_the_hurry_begins_when_all_are_read(open_lookup, api, gate):
    """What comes late for one SIM is still in time while others are being read."""
    add(api, {"data_limit": 18})
    last = "DE" + "7" * 32
    api.add(SIM | {"sid": last, "rate_plan_sid": None}, [OPEN | {"imei": None}])
    gate.held = last
    asking = asyncio.create_task(open_lookup(patience=0.0).look_up_many([SID, last]))
    await gate.until(2)
    await gate.until_passed(4)
    gate.open()
    first, _ = await asking

    assert ["data_limit"] == rules(first)


async def test_with_many_nobody_waits_long_either(open_lookup, api, gate):
    """When all are read, plans that are still missing are waited for once, not once for each."""
    add(api, {"data_limit": 18})
    gate.held = "UsageRecords"
    first, second = await open_lookup(patience=0.01).look_up_many([SID, SID])

    assert ["healthy"] == rules(first) == rules(second)
    assert 18 == first.rate_plan.data_limit


def reports_of(*days_ago):
    """Return sessions of a few minutes, so many days ago."""
    starts = [NOON - timedelta(days=days) for days in days_ago]
    ends = [dict.fromkeys(("end", "last_updated"), f"{each:%FT%H:05:00Z}") for each in starts]
    pairs = zip(starts, ends, strict=True)
    return [CLOSED | {"start": f"{start:%FT%H:%M:%SZ}"} | end for start, end in pairs]


NO_SESSIONS = '{"data_sessions": [], "meta": {"next_page_url": null}}'
DIED = {"gone_silent": "critical", "never_seen": "info"}
BEFORE_THE_WINDOW = [
    ("a monthly meter", range(31, 180, 30), {"never_seen": "info"}),
    ("seen three times, of unknown rhythm", (40, 41, 43), DIED),
    ("daily, and dead", range(35, 90), DIED),
    ("nothing used", (), {"never_seen": "critical"}),
]


@pytest.mark.parametrize(("why", "days", "expected"), BEFORE_THE_WINDOW)
async def test_an_empty_window_asks_what_was_used_before(lookup, api, why, days, expected):
    """Usage by day tells whether a SIM without sessions is rarely on, or dead, or was never on."""
    plan = a_plan(NOON, sid=PLAN, data_limit=None)
    api.add(SIM | {"date_created": "2024-05-05T08:00:00Z"}, reports_of(*days), rate_plan=plan)
    api.faults.add(Fault("DataSessions", None, status=200, body=NO_SESSIONS))
    report = await lookup.look_up(SID)

    assert expected == {each.rule: each.severity.word for each in report.findings}, why
    (asked,) = [each.query for each in api.requests if "Granularity=daily" in each.query]
    assert "Start=2025-07-09" in asked


async def test_usage_that_cannot_be_read_leaves_it_open(lookup, api):
    """Without an answer on usage nothing grave is said of an empty window."""
    api.add(SIM, [], rate_plan=a_plan(NOON, sid=PLAN))
    api.faults.add(broken(503, "UsageRecords", times=None))
    report = await lookup.look_up(SID)

    assert [("never_seen", "warning")] == [(e.rule, e.severity.word) for e in report.findings]


async def test_a_verdict_that_waits_for_usage_by_day_says_so(open_lookup, api, gate):
    """What an empty window means is not known until the usage before it is there."""
    api.add(SIM, [], rate_plan=a_plan(NOON, sid=PLAN, data_limit=None))
    await open_lookup().look_up(SID)
    gate.held = "UsageRecords"
    hasty = await open_lookup(patience=0.01).look_up(SID, fresh=True)
    gate.open()
    patient = await open_lookup().look_up(SID, fresh=True)

    told = [(each.allowance_known, each.cause.severity.word) for each in (hasty, patient)]
    assert [(False, "warning"), (True, "critical")] == told


A_DAY = {"start": "2025-12-01T00:00:00Z", "end": "2025-12-02T00:00:00Z"}
BY_DAY = [
    ("no record", [], 0),
    ("one day of two", [(5, A_DAY), (0, A_DAY)], 1),
    ("no number is told", [(None, A_DAY)], None),
    ("used, at an unknown time", [(5, None)], None),
    ("used, some time in a month", [(5, A_DAY | {"end": "2026-01-01T00:00:00Z"})], None),
    ("nothing in a month", [(0, A_DAY | {"end": "2026-01-01T00:00:00Z"})], 0),
]


@pytest.mark.parametrize(("why", "records", "contacts"), BY_DAY)
def test_usage_by_day_tells_contacts(why, records, contacts):
    """A day with bytes is a contact; bytes of an unknown day leave all unknown."""
    rows = [UsageRecord(data={"total": used}, period=period) for used, period in records]
    found = contacts_by_day(tuple(rows))

    assert contacts == (None if found is None else len(found)), why


class Kept:
    """Days that a store keeps: a report each week."""

    async def earlier(self, sid):
        starts = [(NOON - timedelta(days=days)).timestamp() for days in range(66, 30, -7)]
        return tuple(Contact(at, at + 60, is_open=False, up=None, down=None) for at in starts)


async def test_kept_days_help_where_the_window_tells_too_little(kore, clock, api):
    """A weekly logger that is silent for 24 days is known by the days that were kept of it."""
    api.add(SIM, reports_of(24), rate_plan=a_plan(NOON, sid=PLAN))
    resolver = SimResolver(kore, SimDirectory(kore, clock), clock)
    reader = AllowanceReader(kore, clock, kept_days=Kept())
    lookup = SessionLookup(kore, resolver, clock, Thresholds(), allowances=reader)
    report = await lookup.look_up(SID)

    assert ["gone_silent"] == rules(report)
    assert report.findings[0].evidence["rhythm_is_known"]


async def test_what_failed_is_let_go_of(lookup, api):
    """Errors hold nobody's answers, nor themselves: those of a bad hour would fill the memory."""
    other = "DE" + "7" * 32
    api.add(SIM | {"sid": other, "unique_name": "pump-9"})
    api.faults.add(broken(503, f"Sims/{other}", times=None))

    def held():
        return [each for each in gc.get_objects() if isinstance(each, SessionReport | BotError)]

    gc.collect()
    before = held()
    gc.disable()
    try:
        answers = await lookup.look_up_many([other, SID, other], fresh=True)
        kinds = [type(answer) for answer in answers]
        del answers
        left = [each for each in held() if not any(each is other for other in before)]
    finally:
        gc.enable()

    assert [KoreUnavailable, SessionReport, KoreUnavailable] == kinds
    assert [] == left
