"""One report, drawn in every way."""

from datetime import timedelta
from typing import Any

import pytest

from bot.diagnosis.evidence import State
from bot.diagnosis.rule import Finding, Severity
from bot.sessions.report import SessionReport, summarise
from tests.builders import NOON, a_session, a_sim

SILENT = Finding(
    rule="gone_silent",
    severity=Severity.CRITICAL,
    title="Silent for {silent_for}",
    says="The last session ended {ended}.",
    next_step="Check the power of {name}.",
    source="our default",
    evidence={
        "silent_for": timedelta(hours=15, minutes=30),
        "ended": NOON,
        "name": "pump-7",
        "networks": ("A", "B"),
        "limit": None,
    },
)


@pytest.fixture
def report():
    """Return a function that makes a report of a SIM that went silent."""

    def make(**changes: Any) -> SessionReport:
        sessions = changes.pop("sessions", (a_session(end=NOON),))
        plain: dict[str, Any] = {
            "query": "pump 7",
            "sim": a_sim(),
            "state": State.OFFLINE,
            "since": NOON,
            "sessions": sessions,
            "summary": None if sessions is None else summarise(sessions),
            "findings": (SILENT,),
            "as_of": NOON,
            "made_at": NOON + timedelta(hours=15, minutes=30),
        }
        return SessionReport(**plain | changes)

    return make
