"""A habit is no fault, and a fault is told whatever the habit."""

import pytest

from bot.diagnosis.rule import Severity, When, cause_of, diagnose
from bot.struct import replace
from tests.bot.diagnosis.cases import LIMITS
from tests.bot.diagnosis.lives import MINUTE, lives
from tests.bot.diagnosis.more_lives import HABITS
from tests.builders import NOON

SIMS = 5


def findings(life):
    """Return what is found about a life."""
    return diagnose(life.evidence(NOON), LIMITS)


def test_nobody_in_good_order_is_warned():
    """Of all lives in good order at most one in a hundred gets a warning, and none is critical."""
    told = [
        (name, finding.rule, finding.severity)
        for name in HABITS
        for life in lives(name, SIMS)
        for finding in findings(life)
        if finding.severity > Severity.INFO and finding.stands
    ]

    assert len(told) <= len(HABITS) * SIMS / 100, told
    assert [] == [each for each in told if each[2] is Severity.CRITICAL]


def test_a_silence_is_told_after_three_of_its_longest_intervals():
    """Whatever the rhythm, one that stopped is told after three of its longest usual intervals."""
    causes = []
    for name in HABITS:
        for life in lives(name, SIMS, seed=2):
            if life.longest:
                life.cut(max(3.1 * life.longest, 1.1))
                cause = cause_of(findings(life))
                causes.append((name, cause and cause.rule))

    assert len(causes) > 35 * SIMS
    assert [] == [each for each in causes if each[1] != "gone_silent"]


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("router_for_weeks", 6),
        ("router_renewed_each_day_at_another_hour", 6),
        ("at_the_edge_of_coverage", 6),
        ("news_every_four_hours", 9),
        ("sleeping_meter", 121),
    ],
)
def test_an_open_session_that_died_is_told(name, hours):
    """What was always on and is not heard from any more is a ghost, in its own time."""
    causes = []
    for life in lives(name, SIMS, seed=3):
        life.cut(hours, ghost=True)
        causes.append(cause_of(findings(life)))

    assert {"ghost_session"} == {cause.rule for cause in causes if cause}
    assert len([cause for cause in causes if cause]) >= SIMS - 1


@pytest.mark.parametrize(
    "name", ["every_10_minutes", "every_hour_and_some_are_missed", "uplink_by_design", "every_day"]
)
def test_a_storm_is_told_and_then_over(name):
    """A storm of retries is told while it rages; once the SIM is itself again it is over."""
    for life in lives(name, SIMS, seed=4):
        usual = [row for row in life.rows if not 9.5 < row["ago"] < 12]
        life.cut(12)
        for n in range(55):
            life.add(11 - n * 1.5 * MINUTE, 0.6 * MINUTE, 5, 3)
        (storm,) = (found for found in findings(life) if found.rule == "flapping")
        life.rows = [*usual, *life.rows]

        assert (When.NOW, Severity.CRITICAL) == (storm.when, storm.severity)
        grave = [each.rule for each in findings(life) if each.severity > Severity.INFO]
        assert name == "every_day" or {"flapping"} == set(grave)
        assert name == "every_day" or cause_of(findings(life)) is None


@pytest.mark.parametrize("name", ["every_day", "every_10_minutes", "working_week", "every_week"])
def test_a_wrong_apn_is_told_after_four_tries(name):
    """Tries without a packet are told, hours apart or minutes."""
    causes = []
    for life in lives(name, SIMS, seed=5):
        life.cut(5)
        for n in range(4):
            life.add(4.5 - n, 2 * MINUTE, 0, 0)
        causes.append(cause_of(findings(life)))

    assert ["attach_without_data"] * SIMS == [cause and cause.rule for cause in causes]


def fades(life):
    """Let the packets of the last three days be few."""
    for row in life.rows:
        if row["ago"] - row["lasting"] < 72:
            row.update(up=(row["up"] or 0) * 0.03, down=row["down"] * 0.03)


def last(number, **changes):
    """Return what changes the last contacts."""

    def lay(life):
        past = sorted((r for r in life.rows if r["ago"] > 0), key=lambda row: row["ago"])
        for row in past[:number]:
            row.update(changes)

    return lay


def retries(every, hours, **changes):
    """Return what makes it begin anew every so many minutes of the last hours."""

    def lay(life):
        life.cut(hours)
        for n in range(int(hours * 60 / every)):
            row = {"up": 4, "down": 2} | changes
            life.add(hours - n * every * MINUTE, every * MINUTE / 2, **row)

    return lay


def downloads(life):
    """Let a download run for ten hours."""
    life.add(10, 9.9, 4000, 2_000_000)


OFTEN = ["fridge_with_a_small_upload_at_noon", "falls_back_by_design", "only_sends"]
SELDOM = ["meter_twice_a_day", "school_bus", "logger_three_times_a_week", "night_watch"]
ROUTERS = ["gateway_that_reboots_each_night", "truck_over_the_border_each_week"]
FAULTS = [
    ("a swapped device", [*OFTEN, *SELDOM], last(1, imei="861536030196001"), "imei_changed"),
    ("a wrong APN", [*OFTEN, *SELDOM], retries(30, 2.2, up=0, down=0), "attach_without_data"),
    ("a storm of retries", [*OFTEN[:2], *SELDOM], retries(2, 1.5), "flapping"),
    ("a storm by a gateway", ROUTERS, retries(3, 2), "flapping"),
    ("an old radio", ["meter_twice_a_day", *ROUTERS], last(9, radio="GERAN"), "radio_fallback"),
    ("a firewall", [*SELDOM, *OFTEN[:2]], last(8, down=0), "uplink_only"),
    ("hardly any packets", ROUTERS[:1], fades, "degraded"),
    ("a download", [*OFTEN, "meter_twice_a_day"], downloads, "usage_spike"),
    ("a plan gone", [*OFTEN, *SELDOM, *ROUTERS], lambda life: life.cut(200), "no_rate_plan"),
    ("a suspended SIM", [*OFTEN, *SELDOM], lambda life: life.cut(200), "sim_not_active"),
]


CHANGES = {"no_rate_plan": {"rate_plan_sid": None}, "sim_not_active": {"status": "suspended"}}


@pytest.mark.parametrize("name", [*OFTEN, *SELDOM, *ROUTERS])
def test_a_fault_is_told_whatever_the_habit(name):
    """The cause is the fault, and nothing else of weight stands beside it."""
    wrong = []
    for life in lives(name, SIMS, seed=6):
        for fault, habits, lay, rule in FAULTS:
            if name in habits:
                faulty = life.copy()
                lay(faulty)
                known = faulty.evidence(NOON)
                sim = known.sim.model_copy(update=CHANGES.get(rule))
                found = diagnose(replace(known, sim=sim), LIMITS)
                told = [f.rule for f in found if f.stands and f.severity > Severity.INFO]
                cause = cause_of(found)
                if [rule] != told or rule != (cause and cause.rule):
                    wrong.append((fault, told, cause))

    assert [] == wrong
