"""Trigger ids and the tickets of response URLs never repeat."""

import pytest

from bot.emulators.slack.errors import SlackError
from bot.emulators.slack.ids import Ids
from bot.emulators.slack.interaction_tokens import ResponseTickets, Triggers
from tests.fakes import FakeClock


def test_a_trigger_belongs_to_one_person():
    """
    Using it gives the person; each is new.
    """
    triggers = Triggers(FakeClock(), Ids())
    issued = {user: triggers.issue(user) for user in ("U1", "U2")}

    assert {"U1": "U1", "U2": "U2"} == {user: triggers.use(t) for user, t in issued.items()}
    assert 2 == len(set(issued.values()))


def test_a_ticket_is_spent_five_times():
    """
    Checking does not spend it.
    """
    tickets = ResponseTickets(FakeClock(), Ids())
    ticket = tickets.issue("U1", "C1")
    for _ in range(5):
        tickets.check(ticket)
        tickets.spend(ticket)

    with pytest.raises(SlackError, match="used_url"):
        tickets.check(ticket)
