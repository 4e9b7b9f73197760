"""Of which days a share of the time is told, where some of it is unknown."""

from datetime import timedelta

import pytest

from bot.blocks.report_text import month_text, uptime_text
from bot.diagnosis.evidence import State
from tests.bot.blocks.reports import NOW, a_report
from tests.builders import a_session, a_sim

SHORT = a_session(start=NOW - timedelta(hours=9), end=NOW - timedelta(hours=8))
BEFORE = a_session(start=NOW - timedelta(days=2), end=NOW - timedelta(hours=16))
LATELY = a_sim(date_created=NOW - timedelta(days=20, hours=1))
NO_START = a_session(start=None, end=NOW - timedelta(hours=12))


@pytest.mark.parametrize(
    ("changes", "card", "line"),
    [
        ({"sim": LATELY}, "20 d: up 7 %", ", up 7 % of 20 d, longest gap 8 h"),
        ({"skipped_rows": 1}, "30 d: up at least 5 %", ", up at least 5 %"),
        ({"sessions": (SHORT, NO_START, BEFORE)}, "30 d: up at least 5 %", ", up at least 5 %"),
    ],
)
def test_what_is_missing_is_no_outage(changes, card, line):
    """A SIM is judged from its first day on; a session that nobody can read is no time away."""
    report = a_report(**{"sessions": (SHORT, BEFORE), "state": State.OFFLINE} | changes)

    assert (card, line) == (month_text(report), uptime_text(report))
