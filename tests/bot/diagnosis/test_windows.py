from datetime import timedelta

from bot.diagnosis.windows import bursts, busiest, middle
from tests.bot.diagnosis.cases import ago

HOUR = timedelta(hours=1)


def test_bursts_include_their_ends():
    """
    A moment exactly one span before counts.
    """
    moments = [ago(m) for m in (120, 61, 60, 30, 0)]

    assert [1, 2, 3, 3, 3] == [burst.size for burst in bursts(moments, HOUR)]


def test_the_latest_of_the_fullest_is_told():
    """
    Of two equally full spans the later one is given.
    """
    moments = [ago(m) for m in (500, 490, 100, 90)]

    assert (2, ago(100), ago(90)) == busiest(moments, HOUR)


def test_without_moments_there_is_no_burst():
    """
    Nothing has no fullest span.
    """
    assert busiest([], HOUR) is None


def test_the_middle_of_two_is_their_mean():
    """
    An even number of durations has a median between the middle two.
    """
    durations = [timedelta(hours=h) for h in (9, 1, 3, 2)]

    assert timedelta(hours=2.5) == middle(durations)
