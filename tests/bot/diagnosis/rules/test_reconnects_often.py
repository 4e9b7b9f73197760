import pytest

from bot.diagnosis.rules.reconnects_often import reconnects_often
from tests.bot.diagnosis.cases import D, evidence, found, reports, starts, words

FIRES = [
    ("every ten minutes", reports(10, 4, 9, lasting=3)),
    ("every ten minutes since yesterday", reports(10, 4, 0.8, lasting=3)),
    ("a weekly upload", starts(*(n * 7 * D + 60 + 5 * m for n in range(4) for m in range(9)))),
]
MUST_NOT = [
    ("every quarter of an hour", reports(15, 4, 9, lasting=3)),
    ("a storm", [*starts(*range(30, 90, 2)), *reports(D, 2 * D, 20)]),
    ("not in the last 24 h", reports(10, D, 9, lasting=3)),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_a_high_rate_by_design_is_told(why, sessions):
    """What always connected more often than vendors like does so by design, which is info."""
    assert ["info"] == words(reconnects_often, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_does_not_reconnect_often(why, sessions):
    """A rate that no vendor minds, and one that is unusual, are nothing of that kind."""
    assert [] == words(reconnects_often, evidence(*sessions)), why


def test_the_vendors_limit_is_told():
    """The finding tells what is usual and what the vendor advises."""
    (finding,) = found(reconnects_often, evidence(*reports(10, 4, 9, lasting=3)))

    assert (6, 6, 4) == tuple(finding.evidence[name] for name in ("starts", "usual", "limit"))
