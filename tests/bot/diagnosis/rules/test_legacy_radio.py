from datetime import timedelta

import pytest

from bot.diagnosis.rules.legacy_radio import legacy_radio
from tests.bot.diagnosis.cases import D, H, closed, evidence, found, still_open, words
from tests.builders import NOON

FIRES = [("3G", "310"), ("UMTS", "311"), ("GSM", "312"), ("edge", "316"), ("2G", 310)]
MUST_NOT = [
    ("LTE", "310"),
    ("NB-IoT", "310"),
    (None, "310"),
    ("", "310"),
    ("satellite", "310"),
    ("3G", "309"),
    ("3G", "317"),
    ("3G", "334"),
    ("3G", None),
    ("3G", ""),
]


@pytest.mark.parametrize(("radio", "mcc"), FIRES)
def test_an_old_radio_in_the_usa_is_told(radio, mcc):
    """A newest session on 2G or 3G with a network of the USA is info."""
    known = evidence(still_open(H, radio_link=radio, operator_mcc=mcc, operator_mnc=None))

    assert ["info"] == words(legacy_radio, known)


@pytest.mark.parametrize(("radio", "mcc"), MUST_NOT)
def test_what_is_no_legacy(radio, mcc):
    """Newer and unknown radios, and networks elsewhere or unknown, find nothing."""
    assert [] == words(legacy_radio, evidence(closed(H, 5, radio_link=radio, operator_mcc=mcc)))


def test_it_is_since_the_first_session_of_the_run():
    """A newer radio, or another country, begins it; where all sessions are so, it may be longer."""
    old, lte = {"radio_link": "3G", "operator_mcc": "310"}, {"operator_mcc": "310"}
    abroad, before = {**old, "operator_mcc": "334"}, closed(6 * D, H, radio_link="?")
    run = [
        still_open(H, **old),
        closed(D, H, **{**old, "radio_link": "UMTS"}),
        closed(2 * D, H, **old),
    ]
    for sessions, hours in (
        ([*run, closed(3 * D, H, **lte)], 48),
        ([*run, closed(3 * D, H, **abroad)], 48),
        ([run[0], closed(3 * D, H, **lte)], 1),
        ([*run, before, closed(9 * D, H, **lte)], 48),
    ):
        (finding,) = found(legacy_radio, evidence(*sessions))
        assert timedelta(hours=hours) == NOON - finding.evidence["since"]
    for made, text in ((None, "for at least {held}"), (3 * D, "since {since}"), (99 * D, "{held}")):
        date = made and NOON - timedelta(minutes=made)
        (finding,) = found(legacy_radio, evidence(*run, before, date_created=date))
        assert text in finding.says
    assert timedelta(days=2) == finding.evidence["held"]


def test_only_the_newest_session_counts():
    """An older session on 3G says nothing of now."""
    known = evidence(still_open(H), closed(9 * H, H, radio_link="3G"))

    assert [] == words(legacy_radio, known)
