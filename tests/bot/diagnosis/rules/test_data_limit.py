import pytest

from bot.diagnosis.rules.data_limit import data_limit
from bot.kore.models import UsageRecord
from tests.bot.diagnosis.cases import MB, D, a_plan, ago, evidence, found, used, words

CREATED = {"date_created": "2025-10-20T08:00:00Z"}
FIRES = [
    ("exactly 80 %", 100, [used(80 * MB)], "warning"),
    ("just under 100 %", 100, [used(100 * MB - 1)], "warning"),
    ("exactly 100 %", 100, [used(100 * MB)], "critical"),
    ("far over", 1, [used(900 * MB)], "critical"),
    ("home counts, not all", 100, [used(300 * MB, home=85 * MB)], "warning"),
    ("no home told: all counts", 100, [used(85 * MB)], "warning"),
    ("summed up", 100, [used(50 * MB), used(35 * MB)], "warning"),
    ("what is not told may be more", 100, [used(95 * MB), used(None)], "warning"),
]
MUST_NOT = [
    ("a byte under 80 %", 100, [used(80 * MB - 1)]),
    ("home is far from it", 100, [used(300 * MB, home=10 * MB)]),
    ("home is 0", 100, [used(300 * MB, home=0)]),
    ("no limit", None, [used(900 * MB)]),
    ("a limit of 0 is a placeholder", 0, [used(900 * MB)]),
    ("no record", 100, []),
    ("usage unknown", 100, None),
    ("total not told", 100, [used(None)]),
    ("a megabyte is 10^6", 1000, [used(800 * MB - 1)]),
    ("ended before the month", 100, [used(99 * MB, period={"end": ago(20 * D)})]),
]


@pytest.mark.parametrize(("why", "limit", "records", "word"), FIRES)
def test_usage_near_or_over_the_limit_is_found(why, limit, records, word):
    """From 80 % of the plan's limit on it is a warning, from 100 % on critical."""
    known = evidence(plan=a_plan(data_limit=limit), usage=tuple(records), **CREATED)

    assert [word] == words(data_limit, known), why


@pytest.mark.parametrize(("why", "limit", "records"), MUST_NOT)
def test_what_is_within_the_limit(why, limit, records):
    """Less than 80 %, no limit, and usage that is not told find nothing."""
    usage = None if records is None else tuple(records)
    known = evidence(plan=a_plan(data_limit=limit), usage=usage, **CREATED)

    assert [] == words(data_limit, known), why


ROAMING = [
    ("national", {"national_roaming_data_limit": 10}, {"national_roaming": {"total": 9 * MB}}, 90),
    (
        "international",
        {"international_roaming_data_limit": 10},
        {"international_roaming": [{"total": 8 * MB}, {"total": 3 * MB}, {"total": None}]},
        110,
    ),
    (
        "the fullest is told",
        {"data_limit": 10, "national_roaming_data_limit": 10},
        {"home": {"total": 9 * MB}, "national_roaming": {"total": 10 * MB}},
        100,
    ),
]


@pytest.mark.parametrize(("why", "limits", "data", "percent"), ROAMING)
def test_each_limit_has_its_own_usage(why, limits, data, percent):
    """Usage at home, in national and in international roaming counts against its own limit."""
    usage = (UsageRecord(data=data),)
    (finding,) = found(data_limit, evidence(plan=a_plan(**limits), usage=usage, **CREATED))
    (nothing,) = [[*found(data_limit, evidence(plan=a_plan(data_limit=900), usage=usage))]]

    assert (percent, []) == (finding.evidence["percent"], nothing), why


@pytest.mark.parametrize(
    ("strategy", "megabytes", "explains"),
    [("block", 100, True), (None, 100, True), ("throttle", 100, False), ("block", 90, False)],
)
def test_only_a_limit_that_blocks_explains(strategy, megabytes, explains):
    """What is silent or empty is explained by a limit that is reached and blocks."""
    plan = a_plan(data_limit=100, data_limit_strategy=strategy)
    (finding,) = found(data_limit, evidence(plan=plan, usage=(used(megabytes * MB),), **CREATED))

    assert explains == finding.explains


def test_an_unknown_plan_limits_nothing():
    """Where the plan could not be read nothing is said of its limit."""
    assert [] == words(data_limit, evidence(usage=(used(900 * MB),)))


@pytest.mark.parametrize(
    ("strategy", "sentence"),
    [("block", "blocks"), ("throttle", "throttles data"), (None, "does not tell")],
)
def test_what_happens_at_the_limit_is_said(strategy, sentence):
    """The finding says whether the plan blocks or throttles, and that the month is an estimate."""
    plan = a_plan(data_limit=100, data_limit_strategy=strategy)
    (finding,) = found(data_limit, evidence(plan=plan, usage=(used(90 * MB),), **CREATED))

    assert sentence in finding.says
    assert "estimate" in finding.says
    assert (90.0, 100, 90) == tuple(
        finding.evidence[name] for name in ("used_mb", "limit_mb", "percent")
    )
    assert "2025-12-20T00:00:00+00:00" == finding.evidence["month_start"].isoformat()
