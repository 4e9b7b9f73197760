"""Waits between tries."""

from bot.backoff import Backoff, spread


def test_waits_double_up_to_the_longest():
    """Without jitter they are always the same, and a day of failures is no number too large."""
    backoff = Backoff(first=5, longest=60)

    assert [5, 10, 20, 40, 60, 60] == [backoff.after(failures) for failures in range(1, 7)]
    assert 60 == backoff.after(1_000_000)


def test_chance_takes_its_share_and_no_more():
    """Of a wait with jitter only that share is left to chance, and no wait exceeds the longest."""
    shares = [Backoff(4, 6, 0.25, lambda drawn=drawn: drawn).after(2) for drawn in (0, 0.5, 1)]
    waits = {Backoff(4, 6, 0.25).after(1) for _ in range(20)}

    assert [4.5, 5.25, 6] == shares
    assert len(waits) > 10
    assert all(3 <= wait <= 4 for wait in waits)


def test_what_comes_round_is_spread_to_both_sides():
    """On average it comes as often as it should."""
    spreads = [spread(100, 0.1, lambda drawn=drawn: drawn) for drawn in (0, 0.5, 1)]

    assert [90, 100, 110] == [round(seconds) for seconds in spreads]
    assert all(90 <= spread(100, 0.1) <= 110 for _ in range(20))
