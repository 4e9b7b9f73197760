"""What stands in a digest's thread, and behind its buttons."""

from dataclasses import replace

import pytest

from bot.blocks import ids
from bot.blocks.digest import detail_screens, details_screen, file_screen
from bot.blocks.screen import ALL_BLOCKS, NOTHING
from bot.digests.digest import SimSample, SimSummary
from tests.bot.blocks.digests import QUIET, a_digest, a_sim
from tests.bot.blocks.reports import HOSTILE, faults, words

RUNGS = (NOTHING, frozenset({"data_table"}), frozenset({"data_table", "table"}), ALL_BLOCKS)


def all_words(screen):
    """Return all that a screen says."""
    return " ".join([screen.text, *words(screen.blocks)])


def drawn(digest, refused=NOTHING):
    return {name: screen.without(refused) for name, screen in detail_screens(digest)}


def table(screen):
    found = next(block for block in screen.blocks if block["type"] == "data_table")
    return [[cell["text"] for cell in row] for row in found["rows"]]


def test_a_table_a_message():
    """
    Each list is a message of its own, since Slack takes one table a message.
    """
    screens = drawn(a_digest())

    assert ["changes", "new", "gone", "worst", "unread", "talkers"] == list(screens)
    assert all(
        1 == sum(block["type"] == "data_table" for block in screen.blocks)
        for screen in screens.values()
    )


def test_lists_without_a_sim_are_no_messages():
    """
    A digest in which nothing is amiss has an empty thread.
    """
    assert {} == drawn(QUIET)


def test_a_change_says_what_was_and_what_is():
    """
    A row for each change, the kind in words.
    """
    rows = table(drawn(a_digest())["changes"])

    assert ["pump-0", "🔴 went silent", "USA", "MEX", "🔴 offline", "2026-01-04 21:00"] == rows[1]
    assert 1 + 49 == len(rows)


def test_what_is_left_out_is_said():
    """
    A list that is longer than what was kept of it says so.
    """
    assert "7 of 12 shown" in all_words(drawn(a_digest())["worst"])


def test_details_show_the_worst_first_and_offer_the_file():
    """
    To who asks: a table of SIMs, and a button for the file with all of them.
    """
    screen = details_screen(a_digest(), tuple(a_sim(n) for n in range(3)))
    (row,) = [block for block in screen.blocks if block["type"] == "actions"]
    run = ids.DigestRun.from_value(row["elements"][0]["value"])

    assert ["pump-0", "🔴 offline", "critical", "Gone silent", "Telcel", "2026-01-04 21:00"] == (
        table(screen)[1]
    )
    assert (QUIET.subscription, QUIET.due) == (run.id, run.due)
    assert "3 of 140 shown" in all_words(screen)


def test_unknown_is_said():
    """
    What is not known of a SIM is called unknown, and nothing amiss is called so.
    """
    row = table(details_screen(a_digest(), (SimSummary("DE1", "pump-1"),)))[1]

    assert ["pump-1", "❔ unknown", "none", "nothing amiss", "unknown", "unknown"] == row


def test_details_of_no_sims():
    """
    A digest that fits nothing has nothing to show, and says so.
    """
    screen = details_screen(replace(QUIET, counts={}), ())

    assert [] == faults(screen)
    assert "0 SIMs" in screen.text


@pytest.mark.parametrize("refused", RUNGS)
@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_it_whatever_the_names(refused, name):
    """
    Foreign text formats nothing and breaks no limit, on every rung.
    """
    sims = tuple(replace(a_sim(n), name=name, operator=name, what=name) for n in range(200))
    screens = [
        *drawn(a_digest(worst=SimSample(900, sims), talkers=sims), refused).values(),
        details_screen(a_digest(name=name), sims).without(refused),
        file_screen(name, is_ready=False),
    ]

    assert [[]] * len(screens) == [faults(screen) for screen in screens]
    assert not any("<!channel>" in screen.text for screen in screens)
