"""When a card is drawn anew."""

from dataclasses import replace

import pytest

from bot.watches.carding import APART, SLOW, face, redraw_in
from bot.watches.watch import Ending, Goal
from tests.bot.watches.watching import HOUR, MINUTE, NOON, a_card, a_snapshot, a_watch

DRAWN = a_watch(card=a_card(face(a_watch())))


def seconds(watch, after, cards=1):
    wait = redraw_in(watch, NOON + after, cards)
    return None if wait is None else wait.total_seconds()


def test_a_card_that_does_not_stand_yet_is_due():
    """
    Before its first drawing a card is drawn at once.
    """
    assert 0 == seconds(a_watch(), MINUTE)


@pytest.mark.parametrize(
    "changed",
    [
        {"latest": a_snapshot("online")},
        {"latest": a_snapshot(operator="Movistar")},
        {"blind": NOON},
        {"goal": Goal.CHANGES},
        {"ends": NOON + 3 * HOUR},
        {"ended": NOON, "ending": Ending.REACHED},
    ],
)
def test_what_is_different_is_drawn_as_soon_as_slack_may_be_asked(changed):
    """
    Something else on it has it drawn anew, 45 s after the last time at the earliest.
    """
    watch = replace(DRAWN, **changed)

    assert (35, 0, 0) == (
        seconds(watch, APART - 35 * (APART / 45)),
        seconds(watch, APART),
        seconds(watch, HOUR),
    )


@pytest.mark.parametrize(
    "changed", [{}, {"latest": a_snapshot(packets_up=99)}, {"untold": 3}, {"turned": NOON}]
)
def test_what_does_not_show_is_not_drawn(changed):
    """
    Counters and what is only being waited for change nothing on a card.
    """
    assert None is seconds(replace(DRAWN, **changed), 2 * MINUTE)


def test_its_age_is_brought_up_to_date_slowly():
    """
    Every five minutes a card says when the SIM was read last.
    """
    read = replace(DRAWN, checked=NOON + 4 * MINUTE)

    assert (None, 0) == (seconds(read, SLOW - MINUTE), seconds(read, SLOW))


@pytest.mark.parametrize(
    "changed",
    [{"checked": NOON}, {"ended": NOON, "ending": None}, {"blind": NOON, "checked": NOON}],
)
def test_without_news_of_it_its_age_is_left(changed):
    """
    A card that has nothing newer to say, or is over, is not drawn for its age.
    """
    watch = replace(DRAWN, checked=NOON + MINUTE)
    watch = replace(watch, **changed)
    drawn = replace(watch, card=replace(watch.card, drawn=face(watch)))

    assert None is seconds(drawn, HOUR)


def test_the_more_cards_the_slower():
    """
    With 500 cards each is drawn for its age every 21 min, so that Slack's limit is kept.
    """
    read = replace(DRAWN, checked=NOON + 4 * MINUTE)

    assert (None, 0) == (seconds(read, 20 * MINUTE, 500), seconds(read, 21 * MINUTE, 500))
