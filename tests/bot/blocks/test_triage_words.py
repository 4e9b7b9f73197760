"""What is said of many SIMs."""

import pytest

from bot.blocks.speech import NOTICE, PLAIN
from bot.blocks.triage_words import cells, headline, next_step, state_word, states_line
from bot.diagnosis.state import State
from bot.errors import TookTooLong
from bot.sessions.triage import triage
from tests.bot.blocks.reports import a_finding, a_report
from tests.builders import a_sim


def sim(number, **changes):
    about = a_sim(sid=f"DE{number:032x}", unique_name=f"pump-{number}")
    return a_report(sim=about, query=f"pump-{number}", **changes)


def test_the_states_are_counted_worst_first():
    """
    Each state stands once with its number, what was not read at the end.
    """
    answers = [sim(1), sim(2, state=State.OFFLINE), sim(3), TookTooLong()]

    made = triage(["1", "2", "3", "4"], answers)

    assert "1 🔴 offline, 2 🟢 online, 1 not read" == states_line(made)


@pytest.mark.parametrize("state", State)
def test_a_state_is_a_sign_and_a_word(state):
    """
    No sign stands alone.
    """
    sign, _, word = state_word(state).partition(" ")

    assert sign
    assert word == state.value.replace("_", " ")


def test_a_name_of_any_length_leaves_room_for_the_rest():
    """
    Cells are cut, so that two hundred rows fit.
    """
    long = a_report(sim=a_sim(unique_name="N" * 300), findings=(a_finding(title="T" * 300),))

    assert all(len(cell) <= 48 for cell in cells(long))


def test_a_sim_never_seen_says_for_how_long():
    """
    An empty window is not never.
    """
    assert "not in 30 days" == cells(sim(1, state=State.NEVER_SEEN, sessions=()))[4]


def test_an_outage_without_a_place_in_the_reports_says_no_next_step():
    """
    Each SIM's own next step is in its details.
    """
    made = triage(["1"], [sim(1, findings=(a_finding(),))])

    assert next_step(made, PLAIN) is None
    assert "1 critical" in headline(made, NOTICE)
