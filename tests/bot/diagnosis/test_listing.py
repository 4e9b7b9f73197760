from dataclasses import replace
from datetime import timedelta

import pytest

from bot.diagnosis.listing import in_words, listing
from bot.diagnosis.order import ORDER
from tests.bot.diagnosis.cases import LIMITS


def test_every_rule_is_listed_in_order():
    """
    The list has every rule once, in the order of the answers.
    """
    assert list(ORDER) == [listed.rule for listed in listing(LIMITS)]


def test_nothing_is_left_blank():
    """
    Each rule says when it fires, how grave it is and who says so, all names filled in.
    """
    for listed in listing(LIMITS):
        assert listed.fires
        assert listed.severities
        assert listed.source
        assert "{" not in listed.fires


def test_the_thresholds_that_hold_are_listed():
    """
    A threshold that was set is listed with its value and no longer as the vendor's.
    """
    limits = replace(LIMITS, flapping_starts=9)
    flapping = next(each for each in listing(limits) if each.rule == "flapping")

    assert "more than 9 session starts" in flapping.fires
    assert [("9", "set for this bot"), ("6", LIMITS.source("flapping_starts_critical"))] == [
        (line.value, line.source) for line in flapping.thresholds
    ]


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (4, "4"),
        (timedelta(minutes=15), "15 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=72), "72 h"),
        (timedelta(minutes=90), "1.5 h"),
        ((timedelta(hours=1), timedelta(hours=4)), "1 h or 4 h"),
    ],
)
def test_thresholds_are_written_as_people_do(limit, text):
    """
    Durations are told in minutes or hours.
    """
    assert text == in_words(limit)
