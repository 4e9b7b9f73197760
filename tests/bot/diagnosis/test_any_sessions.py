import random
from datetime import UTC, datetime, timedelta
from string import Formatter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.diagnosis.evidence import Evidence, state_of
from bot.diagnosis.rule import diagnose
from tests.bot.diagnosis.cases import LIMITS, MB, a_plan, used
from tests.builders import NOON, SID, a_sim, session_of

STEADY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
near = st.integers(-3, 320).map(lambda fives: NOON - timedelta(minutes=5 * fives))
far = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 -- hypothesis wants them without
    datetime(2100, 1, 1),  # noqa: DTZ001 -- the same
    timezones=st.sampled_from([UTC]),
)
moment = st.one_of(st.none(), near, near, near, near, near, far)
lasting = st.sampled_from([None, 0, 5, 60, 61, 240, 2000, -60])
count = st.one_of(st.just(0), st.just(9), st.none(), st.integers(-2, 10**12))


def some(*values):
    """Return one of these, or nothing."""
    return st.sampled_from([None, *values])


row = st.fixed_dictionaries(
    {
        "sim_sid": some(SID, SID, "DE" + "f" * 32),
        "radio_link": some("LTE", "3G", "GPRS", "NR", "satellite", "\x00", "5G" * 99),
        "operator_mcc": some("310", "334", "000", "abc", "٣١٠"),
        "operator_mnc": some("260", "026", "26", "x", "²", "9" * 40),
        "operator_country": some("USA", "US", "MEX", "??", "unknown"),
        "operator_name": some("T-Mobile USA", "{braces}", "<@U1>"),
        "cell_id": some("a", "b", "c", "d", "0", "-"),
        "packets_uploaded": count,
        "packets_downloaded": count,
        "last_updated": moment,
        "start": moment,
        "end": st.one_of(lasting, lasting, moment),
        "imei": some("014931000129700", "3575200742653301", "0" * 15, "x", "²²²²²²²²²²²²²²²"),
    }
)


def a_row(told):
    """Return the session; an end that is a number is the minutes that it lasted."""
    start, end = told["start"], told["end"]
    if isinstance(end, int):
        told = told | {"end": start and start + timedelta(minutes=end)}
    return session_of(told)


def a_busy_day(seed):
    """Return many sessions thrown close together, so that most rules have something to find."""
    dice = random.Random(seed)
    busy, lengths = dice.choice([90, 300, 1800, 15_000]), dice.choice([(1, 5), (60, 61), (0, 300)])
    zeros = dice.choice([0.1, 0.9])
    rows = []
    for _ in range(dice.randrange(4, 25)):
        start = NOON - timedelta(minutes=dice.randrange(busy))
        counts = [0 if dice.random() < zeros else dice.randrange(400) for _ in "ud"]
        rows.append(
            {
                "sim_sid": SID,
                "radio_link": dice.choice(["LTE", "LTE", "LTE", "3G", None]),
                "operator_mcc": "310",
                "operator_mnc": dice.choice(["260", "026", "410", None]),
                "operator_country": dice.choice(["USA", "USA", "USA", "USA", "MEX", None]),
                "cell_id": dice.choice(["a", "b", "c", "d", None]),
                "packets_uploaded": dice.choice([*counts, None]),
                "packets_downloaded": dice.choice([*counts, None]),
                "start": start,
                "end": start + timedelta(minutes=dice.randint(*lengths)),
                "last_updated": start + timedelta(minutes=1),
                "imei": dice.choice(["014931000129700", "3575200742653301", None]),
            }
        )
    rows[dice.randrange(len(rows))] |= {"end": None, "last_updated": NOON}
    return [session_of(each) for each in rows]


sessions = st.one_of(
    st.lists(row.map(a_row), max_size=9),
    st.integers(0, 2**64).map(a_busy_day),
    st.integers(0, 2**64).map(a_busy_day),
)
sims = st.fixed_dictionaries(
    {
        "status": some("active", "ready", "new", "suspended", "deactivated", "updating", "?"),
        "reset_status": some("resetting", "other"),
        "date_created": st.one_of(st.none(), far),
        "date_updated": moment,
    }
).map(lambda changes: a_sim(**changes))
plans = st.fixed_dictionaries(
    {
        "data_enabled": some(True, False),
        "data_limit": some(0, 1, 100, -5),
        "data_limit_strategy": some("block", "throttle", "?"),
        "international_roaming": some((), ("data",), ("messaging",)),
    }
).map(lambda changes: a_plan(**changes))
usages = st.lists(
    st.sampled_from([used(None), used(0), used(90 * MB), used(1, home=9)]), max_size=3
)


def told(rows, sim=None, plan=None, usage=None):
    """Return the findings; a rule that breaks fails the test."""
    broken = []
    known = Evidence(sim or a_sim(), tuple(rows), NOON, plan, usage)
    findings = diagnose(known, LIMITS, broken.append)
    assert [] == broken
    return findings


def rules(findings):
    return {finding.rule for finding in findings}


@STEADY
@given(sessions, sims, st.none() | plans, st.none() | usages.map(tuple))
def test_no_rule_breaks_whatever_kore_says(rows, sim, plan, usage):
    """Whatever the fields hold, every rule has an answer, and its sentence can be written."""
    for finding in told(rows, sim, plan, usage):
        names = [name for _, name, _, _ in Formatter().parse(finding.says) if name]
        assert all(finding.evidence[name] is not None for name in names)
        assert finding.title
        assert bool(finding.next_step) == finding.stands
        assert finding.source


@STEADY
@given(sessions, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, dice: random.Random):
    """Shuffled rows, and rows that come twice, change neither state nor findings."""
    mixed = rows + dice.sample(rows, k=len(rows) // 2)
    dice.shuffle(mixed)
    known, other = Evidence(a_sim(), tuple(rows), NOON), Evidence(a_sim(), tuple(mixed), NOON)

    assert known.sessions == other.sessions
    assert state_of(known, LIMITS) is state_of(other, LIMITS)
    assert told(rows) == told(mixed)


RESTS_ON = [
    ({"packets_uploaded"}, {"attach_without_data", "uplink_only", "idle_session"}),
    ({"packets_downloaded"}, {"attach_without_data", "uplink_only", "usage_spike", "healthy"}),
    ({"imei"}, {"imei_changed"}),
    ({"cell_location_estimate"}, {"impossible_travel"}),
    ({"operator_country"}, {"country_changed", "plan_blocks_data"}),
    ({"operator_mcc"}, {"parallel_networks", "operator_hopping", "cell_hopping", "legacy_radio"}),
    ({"operator_mnc"}, {"operator_hopping", "cell_hopping"}),
    ({"radio_link"}, {"radio_fallback", "legacy_radio"}),
    ({"cell_id"}, {"cell_hopping"}),
    ({"last_updated"}, {"ghost_session", "idle_session", "healthy"}),
    ({"end"}, {"idle_timeout"}),
    ({"last_updated", "end"}, {"usage_spike"}),
]


@STEADY
@given(sessions)
def test_what_is_never_told_fires_nothing(rows):
    """Where a field is unknown in every session, no rule that rests on it fires."""
    plan = a_plan(international_roaming=())
    for fields, silent in RESTS_ON:
        blind = [each.model_copy(update=dict.fromkeys(fields)) for each in rows]

        assert set() == rules(told(blind, plan=plan)) & silent, fields
