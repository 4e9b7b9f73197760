"""Watches as rows, and back."""

from dataclasses import replace

import pytest

from bot.diagnosis.state import State
from bot.watches.rows import from_row, to_row
from bot.watches.watch import Asker, Ending, Goal
from tests.bot.watches.watching import MINUTE, NOON, a_card, a_snapshot, a_watch

WHOLE = a_watch(
    asker=Asker("U1", "C1", "1.5", "T1", "E1"),
    latest=a_snapshot("online"),
    turned=NOON,
    blind=NOON + MINUTE,
    blind_why="away",
    told=NOON + 2 * MINUTE,
    untold=3,
    notices=4,
    ended=NOON + 3 * MINUTE,
    ending=Ending.STOPPED,
    ended_by="U2",
    cards=2,
    card=a_card("face"),
)


@pytest.mark.parametrize("watch", [a_watch(), WHOLE, a_watch(card=a_card("", ts=None))])
def test_a_watch_comes_back_from_its_row(watch):
    """
    Nothing of a watch is lost in the store.
    """
    assert watch == from_row(to_row(watch))


def test_what_a_newer_build_wrote_is_read_as_far_as_it_goes():
    """
    An unknown goal waits for changes, and a snapshot that cannot be read is unknown.
    """
    row = replace(to_row(a_watch()), goal="moonrise", ending="abducted", latest="{", noticed="[]")
    watch = from_row(row)

    assert (Goal.CHANGES, None) == (watch.goal, watch.ending)
    assert (State.UNKNOWN, State.UNKNOWN) == (watch.latest.state, watch.noticed.state)
