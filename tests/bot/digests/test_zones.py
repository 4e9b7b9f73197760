"""Time zones by name."""

from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.digests.zones import OFFERED, all_zones, zone_named, zones_like


def test_every_zone_can_be_had():
    """
    The list names what zoneinfo knows.
    """
    assert set() == set(all_zones()) - available_timezones()
    assert all(ZoneInfo(name) for name in all_zones())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (" europe/berlin ", "Europe/Berlin"),
        ("utc", "UTC"),
        ("America/New York", "America/New_York"),
    ],
)
def test_a_zone_however_it_is_spelt(text, name):
    """
    Case, blanks and underscores are no matter.
    """
    assert name == zone_named(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Berlin", "Did you mean Europe/Berlin?"),
        ("Europe/Berln", "Did you mean Europe/Berlin?"),
        ("CEST", "Write it as Europe/Berlin or UTC."),
        ("../../etc/passwd", "Write it as Europe/Berlin or UTC."),
        ("", "Write it as Europe/Berlin or UTC."),
    ],
)
def test_what_is_no_zone(text, hint):
    """
    A name that nearly fits is offered.
    """
    with pytest.raises(ValueError, match="no time zone") as raised:
        zone_named(text)

    assert hint in str(raised.value)


def test_zones_are_offered_while_somebody_types():
    """
    A city is found without its continent, and not everything is offered at once.
    """
    assert "America/New_York" == zones_like("new y")[0]
    assert OFFERED == len(zones_like("a"))
    assert () == zones_like("atlantis")
