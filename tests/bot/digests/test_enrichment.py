"""How often a scan asks for usage, and what it knows of it."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bot.diagnosis.fields import UsageKind
from bot.digests.enrichment import MOST_ASKED, MonthUsage, ScanUsage, single_usage
from bot.kore.models import RatePlan, Sim, UsageRecord
from bot.store.scans import ScanRow
from tests.builders import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MADE = NOON - 10 * DAY
MONTH = MADE.replace(hour=0).timestamp()
MB = 10**6
PLANS = {
    "WP1": RatePlan(sid="WP1", data_limit=100),
    "WP2": RatePlan(sid="WP2", data_limit=100, international_roaming_data_limit=1),
    "WP0": RatePlan(sid="WP0"),
}


def a_sim(number=1, plan="WP1"):
    return Sim(sid=f"DE{number}", rate_plan_sid=plan, date_created=MADE)


def asked_for(sim, spent=None, traffic=0):
    """Return whether the usage of a SIM is asked for, whose last scan knew so much."""
    row = ScanRow(sim.sid, "online", 0, 0, '{"sid":"DE1"}', traffic=traffic)
    spending = ScanUsage(PLANS, [row], 80)
    if spent:
        spending.known = {sim.sid: spent}
        row = spending.with_usage(row)
    return bool(ScanUsage(PLANS, [row], 80).due_sids([sim], NOON))


def spent(mb, ago=HOUR, abroad=None, month=MONTH):
    """Return what was told some time ago."""
    used = None if abroad is None else int(abroad * MB)
    return MonthUsage(month, (NOON - ago).timestamp(), int(mb * MB), None, used)


@pytest.mark.parametrize(
    ("why", "sim", "more", "asks"),
    [
        ("never asked for", a_sim(), (), True),
        ("no limit", a_sim(plan="WP0"), (), False),
        ("no plan", a_sim(plan=None), (), False),
        ("a plan that could not be read", a_sim(plan="WP9"), (), False),
        ("far from it", a_sim(), (spent(20, DAY), 100), False),
        ("far from it, a week ago", a_sim(), (spent(5, 7 * DAY), 100), False),
        ("as fast as before it is near", a_sim(), (spent(60, 3 * DAY), 100), True),
        ("near it, just asked for", a_sim(), (spent(79.9, HOUR / 2), 10**6), False),
        ("near it an hour ago", a_sim(), (spent(79.9), 10**6), True),
        ("packets tell of a burst", a_sim(), (spent(20, DAY), 10**5), True),
        ("packets are not told", a_sim(), (spent(20, DAY), None), True),
        ("nor since a moment", a_sim(), (spent(20, 2 * HOUR), None), False),
        ("over the line, far from full", a_sim(), (spent(81, 2 * HOUR), 100), False),
        ("full", a_sim(), (spent(101, DAY), 10**6), False),
        ("told of the month before", a_sim(), (spent(101, month=MONTH - 30 * 86_400), 100), True),
        ("near another limit", a_sim(plan="WP2"), (spent(1, 5 * DAY, abroad=0.5), 100), True),
    ],
)
def test_when_usage_is_asked_for(why, sim, more, asks):
    """Once a month, and again as soon as a line may have been crossed, hourly at most."""
    assert asks is asked_for(sim, *more), why


def test_few_of_a_chunk_are_asked_for():
    """Those first of which nothing is known; then what is known longest."""
    sims = [a_sim(number) for number in range(100)]
    spending = ScanUsage(PLANS, (), 80)
    rounds = []
    for _ in range(10):
        wanting = spending.due_sids(sims, NOON)
        rounds.append(len(wanting))
        for sim in wanting:
            spending.record(sim, (), NOON)

    assert [MOST_ASKED] * 10 == rounds
    assert [] == spending.due_sids(sims, NOON)


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("sims", [1, 5, 50, 100])
def test_over_a_day_usage_adds_less_than_a_tenth(sims, tells):
    """Each SIM is near its limit, and asked for every hour, whether KORE tells or not."""
    rows: dict[str, ScanRow] = {}
    fleet, asked = [a_sim(number) for number in range(sims)], []
    for now in (NOON + each * HOUR / 12 for each in range(288)):
        for chunk in (fleet[at : at + 100] for at in range(0, sims, 100)):
            spending = ScanUsage(PLANS, [rows[sim.sid] for sim in chunk if sim.sid in rows], 80)
            for sim in spending.due_sids(chunk, now):
                asked.append(sim.sid)
                if tells:
                    spending.record(sim, (UsageRecord(data={"home": {"total": 79 * MB}}),), now)
                else:
                    spending.record_failure(sim, now)
            plain = (ScanRow(s.sid, "online", 0, 0, '{"sid":"DE1"}', traffic=10**6) for s in chunk)
            rows |= {row.sid: spending.with_usage(row) for row in plain}

    assert {24} == set(Counter(asked).values())
    assert len(asked) < 0.1 * 288 * sims


def test_a_row_says_what_was_told_once():
    """It does not where usage was told again since, nor where it never was."""
    spending, sim = ScanUsage(PLANS, (), 80), a_sim()
    plain = ScanRow(sim.sid, "online", 0, 0, '{"sid":"DE1"}')
    found = [single_usage(plain)]
    spending.due_sids([sim], NOON)
    spending.record_failure(sim, NOON)
    found.append(single_usage(spending.with_usage(plain)))
    for hours in (1, 2):
        spending.record(sim, (), NOON + hours * HOUR)
        found.append(single_usage(spending.with_usage(plain)))

    assert [None, None, (NOON + HOUR, NOON), None] == [
        each and tuple(datetime.fromtimestamp(t, UTC) for t in (each.read_at, each.since))
        for each in found
    ]


def test_what_was_told_goes_on_in_the_row():
    """The next scan judges by it, until the month ends."""
    told = {"home": {"total": 5}, "international_roaming": [{"total": 3}, {"total": 4}]}
    spending, sim = ScanUsage(PLANS, (), 80), a_sim()
    unknown = spending.usage(sim, NOON)
    spending.record(sim, (UsageRecord(data=told),), NOON)
    row = spending.with_usage(ScanRow(sim.sid, "online", 0, 0, '{"sid":"DE1"}'))
    (record,) = ScanUsage(PLANS, [row], 80).usage(sim, NOON)

    assert unknown is None
    assert (5, None, 7) == (record.home_bytes, record.national_bytes, record.international_bytes)
    assert ScanUsage(PLANS, [row], 80).usage(sim, NOON + 31 * DAY) is None


@pytest.mark.parametrize("kept", ["null", "[]", "[1]", '["a",{}]', "{}", "[1,2,3,4,5,6]"])
def test_a_row_of_another_version_keeps_nothing(kept):
    """What cannot be read is asked for again."""
    row = ScanRow("DE1", "online", 0, 0, f'{{"sid":"DE1","spent":{kept}}}')

    assert [a_sim()] == ScanUsage(PLANS, [row], 80).due_sids([a_sim()], NOON)


def test_at_worst_all_of_it_is_used_in_a_day():
    """Where packets are not told, a limit is thought to be used up within a day."""
    assert 25 * MB == spent(0, 6 * HOUR).most(UsageKind.HOME, 100 * MB, None, NOON.timestamp())
