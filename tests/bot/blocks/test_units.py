"""Numbers, ages and places with their units."""

from datetime import timedelta

import pytest

from bot.blocks.units import (
    ago,
    count,
    grouped,
    iccid_groups,
    lasting,
    map_link,
    place,
    span,
)
from bot.kore.models import CellLocation
from tests.builders import NOON


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1246, "1\u202f246"),
        (-1234567, "-1\u202f234\u202f567"),
        (0.5, "0.5"),
        (1234.567, "1\u202f234.57"),
        (2.0, "2"),
    ],
)
def test_grouped(number, shown):
    """
    Thousands are set apart by thin spaces.
    """
    assert shown == grouped(number)


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0 sessions"), (1, "1 session"), (2, "2 sessions")]
)
def test_count(number, shown):
    """
    One is not plural.
    """
    assert shown == count(number, "session")


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=59.9), "59 s"),
        (timedelta(minutes=4, seconds=59), "4 min"),
        (timedelta(hours=3, minutes=59), "3 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(days=2), "2 d"),
        (timedelta(days=2000), "2\u202f000 d"),
    ],
)
def test_span(length, shown):
    """
    An age has one unit and is rounded down.
    """
    assert shown == span(length)


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=12), "12 s"),
        (timedelta(minutes=4), "4 min"),
        (timedelta(minutes=4, seconds=1), "4 min 1 s"),
        (timedelta(hours=16, minutes=30), "16 h 30 min"),
        (timedelta(hours=24), "24 h"),
        (timedelta(days=3), "3 d"),
        (timedelta(days=3, hours=5, minutes=6), "3 d 5 h"),
    ],
)
def test_lasting(length, shown):
    """
    A length has a second unit where that tells something.
    """
    assert shown == lasting(length)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.5, "just now"), (-90, "just now"), (1, "1 s ago"), (240, "4 min ago")]
)
def test_ago(seconds, shown):
    """
    A moment that clocks put a little ahead is just now.
    """
    assert shown == ago(NOON - timedelta(seconds=seconds), NOON)


def test_place():
    """
    Coordinates have three decimals on screen and lead to a map of the tower.
    """
    tower = CellLocation(lat=37.8828168, lon=-122.3684899)

    assert "≈ 37.883, -122.368" == place(tower)
    assert (
        "https://www.openstreetmap.org/?mlat=37.88282&mlon=-122.36849#map=14/37.88282/-122.36849"
        == map_link(tower)
    )


def test_iccid_groups():
    """
    An ICCID stands in groups of four, as on the card.
    """
    assert "8901 2600 1234 5678 909" == iccid_groups("8901260012345678909")
