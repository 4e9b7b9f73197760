from bot.errors import Candidate, NotASim, SimAmbiguous, SimNotFound, SuperSim, UserError
from tests.builders import SID

PUMP = Candidate(SID, "pump-7")


def test_each_is_for_the_asker_to_mend():
    """Each is a user's error with a sentence and a name."""
    for error, kind in (
        (NotASim(), "not_a_sim"),
        (SuperSim(), "super_sim"),
        (SimNotFound(), "sim_not_found"),
        (SimAmbiguous(), "sim_ambiguous"),
    ):
        assert isinstance(error, UserError), (error, kind)
        assert kind == error.kind, (error, kind)
        assert error.sentence.endswith((".", "?")), (error, kind)


def test_candidates():
    """Near misses and hits are carried, and how many hits there were in all."""
    assert (PUMP,) == SimNotFound("No.", (PUMP,)).candidates
    assert () == SimNotFound("No.").candidates
    assert 1 == SimAmbiguous("Which?", (PUMP,)).total
    assert 12 == SimAmbiguous("Which?", (PUMP,), 12).total
