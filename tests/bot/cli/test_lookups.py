"""Look-ups in a terminal: many at once, bounded and in order, and what is shown of a report."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bot.blocks.report import as_json
from bot.cli.lookups import as_text, explained, open_fleet, summary
from bot.clock import SystemClock
from bot.demo.stories.story import all_stories
from bot.diagnosis.evidence import State
from bot.diagnosis.rule import Finding, Severity
from bot.diagnosis.thresholds import Thresholds
from bot.errors import BotError, Candidate, SimAmbiguous, SimNotFound
from bot.kore.errors import KoreUnavailable
from bot.kore.models import DataSession
from bot.sessions.lookup import AT_ONCE
from bot.sessions.report import Neighbours, SessionReport, summarise
from bot.settings import Need, load_settings
from tests.builders import NOON, a_session, a_sim


@dataclass
class Counter:
    """Counts calls."""

    calls: int = 0

    def __call__(self) -> None:
        self.calls += 1


async def test_answers_come_in_the_order_asked(kore):
    """More SIMs than are asked for at once are all answered, each in its place, each told."""
    names = [story.name for story in all_stories()]
    asked = [*names, "no-such-sim", *reversed(names)]
    done = Counter()
    settings = load_settings(kore.settings, None, need=Need.KORE)
    async with open_fleet(settings, SystemClock()) as (service, _, _):
        answers = await service.look_up_many(asked, newest_only=True, done=done)
    told = [a.query if isinstance(a, SessionReport) else "no-such-sim" for a in answers]

    assert len(asked) > AT_ONCE
    assert asked == told
    assert len(asked) == done.calls


async def test_only_the_newest_session_stays(kore):
    """A report keeps one session, and the summary of all."""
    settings = load_settings(kore.settings, None, need=Need.KORE)
    async with open_fleet(settings, SystemClock()) as (service, _, _):
        (report,) = await service.look_up_many(["truck-42"], newest_only=True)

    assert isinstance(report, SessionReport)
    assert report.sessions is not None
    assert report.summary is not None
    assert 1 == len(report.sessions) < report.summary.sessions


async def test_several_sims_share_what_they_have_in_common(kore):
    """An outage that shows only over several SIMs stands in the findings of each of them."""
    story = next(s for s in all_stories() if ("common_outage", "critical") in s.findings)
    settings = load_settings(kore.settings, None, need=Need.KORE)
    async with open_fleet(settings, SystemClock()) as (service, _, _):
        (report, *_) = await service.look_up_many([story.name, *story.asked_with])

    assert "common_outage" in {finding.rule for finding in report.findings}


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


def lines(query: str, answer: object) -> list[str]:
    return [line.plain for line in as_text(query, answer)]


def test_the_headline_is_first_and_the_verdict_second(report):
    """What is going on, then why we think so and what to do, then the facts."""
    told = lines("pump 7", report())

    assert "pump-7 is offline" in told[0]
    assert "Silent for 16 h." in told[1]
    assert "Check the power of pump-7." in told[2]
    assert any("  Tower 310-260-" in line for line in told)
    assert any("ICCID 8901 2600" in line for line in told)
    assert len(told) <= 10


def test_what_could_not_be_read_is_said(report):
    """Unreadable sessions and left-out rows are told, not hidden."""
    unread = report(sessions=None, state=State.UNKNOWN, problem="KORE is not answering.")
    told = lines("x", unread)
    some_rows = lines("x", report(skipped_rows=2))

    assert "  ⚠️ Its sessions could not be read. KORE is not answering." in told
    assert any("2 rows of KORE's could not be read" in line for line in some_rows)


def test_a_stale_answer_says_so_first(report):
    """That KORE does not answer stands right under the headline."""
    assert "KORE is not answering" in lines("x", report(stale=True))[1]


def test_names_cannot_steer_the_terminal(report):
    """Escape sequences in what KORE or the asker wrote are taken out."""
    evil = "\x1b]0;owned\x07\x1b[31mred"
    told = [
        *lines(evil, SimNotFound(f"No such SIM: {evil}")),
        *lines("x", report(sim=a_sim(unique_name=evil))),
    ]

    assert not any("\x1b" in line or "\x07" in line for line in told)


def test_several_are_summed_up(report):
    """How many need attention, were not found and not read is said before all."""
    answers = [report(), report(findings=()), SimNotFound("No such SIM."), BotError()]

    assert "4 SIMs: 1 needs attention, 1 not found, 1 not read" == summary(answers).plain
    assert "1 SIMs: no warnings" == summary([report(findings=())]).plain
    old = report(findings=(), stale=True)
    assert "1 SIMs: 1 not refreshed, as KORE did not answer" == summary([old]).plain
    told = [line.plain for line in explained(report(), Thresholds())]
    assert any("our default" in line for line in told)
    assert "  Rhythm unknown: 0 intervals seen, 5 needed." in told
    assert "  gone_silent triggered: critical" in told


def test_an_error_is_one_line():
    """An error stands behind what was asked for."""
    assert [f"pmp-7: {BotError.sentence}"] == lines("pmp-7", BotError())


def test_a_report(report):
    """State, time stamps and findings are plain JSON: zones are told, durations are ISO 8601."""
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
        "together": 0,
        "as_of": "2026-01-05T12:00:00Z",
    } == known


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (SimNotFound("No such SIM."), "sim_not_found", "No such SIM."),
        (
            SimAmbiguous(
                "Which one?",
                (Candidate("DE1", "pump", "8901"), Candidate("DE2", "pump", account="acme")),
            ),
            "sim_ambiguous",
            "Which one? DE1 (ICCID 8901), DE2 (ICCID unknown, acme/pump)",
        ),
        (KoreUnavailable(), "kore_unavailable", KoreUnavailable.sentence),
        (BotError(), "bot_error", BotError.sentence),
    ],
)
def test_an_error(error, kind, message):
    """An error has its kind and the sentence that a person would read, and nothing else."""
    assert {"query": "x", "error": {"kind": kind, "message": message}} == as_json("x", error)
