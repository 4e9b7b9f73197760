import pytest

from bot.errors import UserError
from bot.sims.errors import Candidate, NotASim, SimAmbiguous, SimNotFound, SuperSim
from tests.builders import SID

PUMP = Candidate(SID, "pump-7")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NotASim(), "not_a_sim"),
        (SuperSim(), "super_sim"),
        (SimNotFound(), "sim_not_found"),
        (SimAmbiguous(), "sim_ambiguous"),
    ],
)
def test_each_is_for_the_asker_to_mend(error, kind):
    """Each is a user's error with a sentence and a name."""
    assert isinstance(error, UserError)
    assert kind == error.kind
    assert error.sentence.endswith((".", "?"))


def test_candidates():
    """Near misses and hits are carried, and how many hits there were in all."""
    assert (PUMP,) == SimNotFound("No.", (PUMP,)).candidates
    assert () == SimNotFound("No.").candidates
    assert 1 == SimAmbiguous("Which?", (PUMP,)).total
    assert 12 == SimAmbiguous("Which?", (PUMP,), 12).total
