import pytest

from bot.kore.models import UsageRecord
from tests.builders import a_sim

USAGE = [
    ({"home": {"total": 7}, "total": 9}, 7),
    ({"home": {"total": 0}, "total": 9}, 0),
    ({"home": {"total": "7"}, "total": 9}, 7),
    ({"home": {"total": 7.0}}, 7),
    ({"home": {}, "total": 9}, 9),
    ({"home": None, "total": 9}, 9),
    ({"home": {"total": None}, "total": 9}, 9),
    ({"total": 9}, 9),
    ({"total": True}, None),
    ({"total": "many"}, None),
    ({"total": "1e999"}, None),
    ({"total": []}, None),
    ({}, None),
    (None, None),
]


@pytest.mark.parametrize(("data", "expected"), USAGE, ids=repr)
def test_bytes_at_home(data, expected):
    """What was used at home, else in all; what is not told is not 0."""
    assert expected == UsageRecord(data=data).home_bytes


NAMES = [
    ({"unique_name": "pump-7", "friendly_name": "Pump"}, "pump-7"),
    ({"unique_name": None, "friendly_name": "Pump"}, "Pump"),
    ({"unique_name": None, "sid": "DE1"}, "DE1"),
]


@pytest.mark.parametrize(("changes", "expected"), NAMES, ids=["unique", "friendly", "none"])
def test_what_people_call_it(changes, expected):
    """The unique name, else the friendly one, else the SID."""
    assert expected == a_sim(**changes).name
