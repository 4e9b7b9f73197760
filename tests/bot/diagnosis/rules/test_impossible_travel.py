import pytest

from bot.diagnosis.rules.impossible_travel import distance, impossible_travel
from bot.kore.models import CellLocation
from tests.bot.diagnosis.cases import H, closed, evidence, found, still_open, words

OAKLAND, FRESNO, BOSTON = (37.8, -122.3), (36.7, -119.8), (42.4, -71.1)


def at(place, start, lasting=5, **changes):
    """Return a closed session at a tower."""
    lat, lon = place
    told = {"cell_id": str(place), "cell_location_estimate": {"lat": lat, "lon": lon}}
    return closed(start, lasting, **told | changes)


def nowhere(start):
    """Return a closed session without a place."""
    return closed(start, 5, cell_location_estimate=None)


FIRES = [
    ("4,300 km in an hour", [at(OAKLAND, 3 * H), at(BOSTON, 2 * H)], "warning"),
    ("260 km in ten minutes", [at(OAKLAND, 60), at(FRESNO, 50)], "warning"),
    ("at the same moment", [at(OAKLAND, 60), at(BOSTON, 60 - 1 / 60)], "warning"),
    ("to and fro", [at((OAKLAND, BOSTON)[n % 2], 60 * n + 9) for n in range(9)], "warning"),
    (
        "one without a place between",
        [at(OAKLAND, 3 * H), nowhere(150), at(BOSTON, 2 * H)],
        "warning",
    ),
    ("both are open", [still_open(3 * H, 2), at(BOSTON, 2 * H)], "warning"),
    ("in odd order", [at(BOSTON, 2 * H), at(OAKLAND, 3 * H)], "warning"),
    ("the day before", [at(OAKLAND, 50 * H), at(BOSTON, 49 * H), at(BOSTON, H)], "warning, over"),
    (
        "a tower placed wrongly since ever",
        [at((OAKLAND, OAKLAND, BOSTON)[n % 3], H * n + 9) for n in range(400)],
        "info",
    ),
]
MUST_NOT = [
    ("a plane", [at(OAKLAND, 9 * H), at(BOSTON, 4 * H)]),
    ("near", [at(OAKLAND, 60), at((37.9, -122.4), 59)]),
    ("199 km in a minute", [at((0.1, 10), 60), at((0.1, 11.75), 59)]),
    ("0/0 is no place", [at(OAKLAND, 60), at((0, 0), 50)]),
    ("one tower, once at the pole", [at(OAKLAND, 60), at((90, 180), 50, cell_id=str(OAKLAND))]),
    ("doubled rows", [at(OAKLAND, 60), at(OAKLAND, 60)]),
    ("one place only", [at(OAKLAND, 60), nowhere(50)]),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions", "word"), FIRES)
def test_two_towers_that_no_vehicle_connects_are_a_warning(why, sessions, word):
    """Two towers more than 200 km apart, and more than 1,000 km/h between them, are two devices."""
    assert [word] == words(impossible_travel, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_can_be_travelled(why, sessions):
    """What is near, or slow enough, or not told, find nothing."""
    assert [] == words(impossible_travel, evidence(*sessions)), why


def test_the_way_is_told():
    """The finding tells the distance, the time, and how many such ways there were."""
    (finding,) = found(impossible_travel, evidence(at(OAKLAND, 3 * H), at(BOSTON, 2 * H)))

    assert (4319, 60, 1) == tuple(finding.evidence[name] for name in ("km", "minutes", "times"))
    assert 0 == distance(*[CellLocation(lat=1, lon=2)] * 2)
