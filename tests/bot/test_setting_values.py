"""How values are written so that they can be typed again."""

from datetime import timedelta

import pytest

from bot.setting_values import read_limit, seconds, shown


def test_shown():
    """A value is written with its largest whole unit."""
    for value, text in (
        (timedelta(seconds=90), "90s"),
        (timedelta(minutes=15), "15min"),
        (timedelta(hours=1), "1h"),
        (timedelta(days=3), "3d"),
        (timedelta(seconds=0.5), "0.5s"),
        ((timedelta(hours=1), timedelta(hours=4)), "1h,4h"),
        (7, "7"),
        (None, ""),
        (frozenset(), ""),
    ):
        assert text == shown(value), (value, text)


@pytest.mark.parametrize("value", [timedelta(hours=36), (timedelta(minutes=1),), 300])
def test_what_is_shown_can_be_typed(value):
    """Reading what was shown gives the value again."""
    assert value == read_limit(shown(value), value)


@pytest.mark.parametrize("text", ["", "h", "1w", "-1", "1 2", "1e3", "nan", "١٢x"])
def test_what_is_no_duration(text):
    """Neither signs, exponents, words nor unknown units pass."""
    with pytest.raises(ValueError, match="is not a duration"):
        seconds(text)
