import pytest

from bot.diagnosis.rules.legacy_radio import legacy_radio
from tests.bot.diagnosis.cases import H, closed, evidence, still_open, words

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


def test_only_the_newest_session_counts():
    """An older session on 3G says nothing of now."""
    known = evidence(still_open(H), closed(9 * H, H, radio_link="3G"))

    assert [] == words(legacy_radio, known)
