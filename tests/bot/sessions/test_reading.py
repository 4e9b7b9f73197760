import pytest

from bot.kore.errors import KoreRateLimited
from bot.kore.fetched import Fetched
from bot.sessions.reading import Read
from tests.builders import NOON, a_session, a_sim

SIM = Fetched(a_sim(), NOON)
ROW = a_session()


@pytest.mark.parametrize(
    ("sessions", "rows", "problem"),
    [
        (Fetched((ROW,), NOON), (ROW,), None),
        (Fetched((ROW,), NOON, skipped_rows=3), (ROW,), None),
        (Fetched((), NOON), (), None),
        (Fetched((), NOON, skipped_rows=3), None, "None of the 3 rows"),
        (KoreRateLimited(), None, KoreRateLimited.sentence),
    ],
)
def test_rows_that_could_not_be_read_have_a_reason(sessions, rows, problem):
    """
    No row is an answer; rows that failed, or were all odd, are unread, and it is said why.
    """
    read = Read("pump-7", SIM, sessions, None)

    assert rows == read.rows
    assert problem == (read.problem and read.problem[: len(problem)])


def test_what_failed_has_no_age():
    """
    The age of a report is that of what was read.
    """
    assert (SIM,) == Read("pump-7", SIM, KoreRateLimited(), None).parts
