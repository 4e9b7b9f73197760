"""What `--json` prints of a report, an error, and the unknown."""

import json

import pytest

from bot.cli.reports.as_json import as_json
from bot.diagnosis.evidence import State
from bot.errors import BotError
from bot.kore.errors import KoreUnavailable
from bot.kore.models import DataSession
from bot.sessions.report import Neighbours
from bot.sims.errors import Candidate, SimAmbiguous, SimNotFound
from tests.builders import NOON


def test_a_report(report):
    """
    State, time stamps and findings come as plain JSON: zones are told, durations are ISO 8601.
    """
    told = as_json("pump 7", report())

    assert ("pump 7", "offline", False) == (told["query"], told["state"], told["stale"])
    assert "2026-01-05T12:00:00Z" == told["as_of"] == told["last_session"]["end"]
    assert [
        {
            "rule": "gone_silent",
            "severity": "critical",
            "when": "now",
            "explained_by": None,
            "title": "Silent for 16 h",
            "evidence": {
                "silent_for": "PT15H30M",
                "ended": "2026-01-05T12:00:00Z",
                "name": "pump-7",
                "networks": ["A", "B"],
                "limit": None,
            },
            "next_step": "Check the power of pump-7.",
            "source": "our default",
        }
    ] == told["findings"]
    assert ("gone_silent", 0) == (told["cause"], told["skipped_rows"])
    assert told == json.loads(json.dumps(told))


def test_unknown_is_null(report):
    """A session of which nothing is known has all its sixteen fields, and each is null."""
    told = as_json("x", report(sessions=(DataSession(),)))

    assert 16 == len(told["last_session"])
    assert {None} == set(told["last_session"].values())
    assert told["summary"]["packets_uploaded"] is None


@pytest.mark.parametrize(
    ("sessions", "state", "summary_is_known"),
    [((), State.NEVER_SEEN, True), (None, State.UNKNOWN, False)],
)
def test_no_session(report, sessions, state, summary_is_known):
    """Without a session `last_session` is null; the summary only where nothing could be read."""
    told = as_json("x", report(sessions=sessions, state=state))

    assert told["last_session"] is None
    assert summary_is_known == (told["summary"] is not None)


def test_stale_is_told(report):
    """An answer from before KORE fell silent says so."""
    assert as_json("x", report(stale=True))["stale"] is True


def test_neighbours_are_told_where_they_are_known(report):
    """Counts, and nothing where nobody knows."""
    known = as_json("x", report(neighbours=Neighbours("cell", 4, 0, None, NOON)))["neighbours"]

    assert "neighbours" not in as_json("x", report())
    assert {
        "trait": "cell",
        "online": 4,
        "silent": 0,
        "silent_since": None,
        "as_of": "2026-01-05T12:00:00Z",
    } == known


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (SimNotFound("No such SIM."), "sim_not_found", "No such SIM."),
        (
            SimAmbiguous(
                "Which one?", (Candidate("DE1", "pump", "8901"), Candidate("DE2", "pump"))
            ),
            "sim_ambiguous",
            "Which one? DE1 (ICCID 8901), DE2 (ICCID unknown)",
        ),
        (KoreUnavailable(), "kore_unavailable", KoreUnavailable.sentence),
        (BotError(), "bot_error", BotError.sentence),
    ],
)
def test_an_error(error, kind, message):
    """An error has its kind and the sentence that a person would read, and nothing else."""
    assert {"query": "x", "error": {"kind": kind, "message": message}} == as_json("x", error)
