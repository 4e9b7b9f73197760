"""Trigger ids; how long they and response URLs last is tested with the methods that take them."""

from bot.emulators.slack.faults import Triggers
from bot.emulators.slack.people import Ids
from tests.fakes import FakeClock


def test_a_trigger_belongs_to_one_person():
    """Using it gives the person; each is new."""
    triggers = Triggers(FakeClock(), Ids())
    issued = {user: triggers.issue(user) for user in ("U1", "U2")}

    assert {"U1": "U1", "U2": "U2"} == {user: triggers.use(t) for user, t in issued.items()}
    assert 2 == len(set(issued.values()))
