"""The sentences of an answer, as a terminal shows them and as Slack does."""

from datetime import timedelta

import pytest

from bot.blocks.format import MRKDWN, NOTICE, PLAIN
from bot.blocks.report_text import (
    facts,
    freshness_line,
    report_headline,
    sim_line,
    skipped_line,
    unread_line,
    warnings,
    window_line,
)
from bot.diagnosis.state import State
from bot.sessions.report import Summary
from tests.bot.blocks.reports import NOW, a_report
from tests.builders import NOON, a_session, a_sim

LATE = NOW - timedelta(hours=5)
OPEN = (a_session(last_updated=LATE),)
CLOSED = (a_session(end=NOW - timedelta(hours=15)),)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {},
            (
                "🟢 pump-7 is online — T-Mobile USA on LTE, since 2026-01-05 12:00 UTC (3 h), "
                "updated 4 min ago"
            ),
        ),
        (
            {"state": State.STALE, "sessions": OPEN},
            (
                "🟠 pump-7 is stale — its session (T-Mobile USA on LTE) is open since 2026-01-05 "
                "12:00 UTC (3 h), but was last updated 5 h ago"
            ),
        ),
        (
            {"state": State.OFFLINE, "sessions": CLOSED},
            (
                "🔴 pump-7 is offline — last seen on T-Mobile USA on LTE, until 2026-01-05 00:00 "
                "UTC (15 h ago)"
            ),
        ),
        (
            {"state": State.BLOCKED, "sim": a_sim(status="suspended"), "since": LATE},
            (
                "⛔ pump-7 is blocked — its SIM status is suspended; the SIM was last changed "
                "2026-01-05 10:00 UTC (5 h ago)"
            ),
        ),
        (
            {"state": State.BLOCKED, "sim": a_sim(status="canceled"), "since": None},
            "⛔ pump-7 is blocked — its SIM status is canceled; since when is unknown",
        ),
        (
            {"state": State.NOT_ACTIVATED, "since": None},
            (
                "⚪ pump-7 is not activated — its SIM status is new, and it cannot connect until "
                "that is set to ready; since when is unknown"
            ),
        ),
        (
            {"state": State.NEVER_SEEN, "sessions": ()},
            (
                "⚫ pump-7 was never seen in the last 30 days — KORE shows no data session for "
                "that time, and keeps no older ones"
            ),
        ),
        (
            {"state": State.UNKNOWN, "sessions": None},
            (
                "❔ The state of pump-7 is unknown — KORE told us of the SIM, but its sessions "
                "could not be read"
            ),
        ),
        (
            {"state": State.UNKNOWN, "sessions": (a_session(last_updated=None),)},
            (
                "❔ The state of pump-7 is unknown — its session (T-Mobile USA on LTE) is open "
                "since 2026-01-05 12:00 UTC (3 h), but KORE does not say when it was last updated"
            ),
        ),
        (
            {"stale": True, "as_of": NOW - timedelta(minutes=6)},
            (
                "🟢 pump-7 was online (as of 6 min ago) — T-Mobile USA on LTE, since 2026-01-05 "
                "12:00 UTC (3 h), updated 4 min ago"
            ),
        ),
    ],
)
def test_headline(changes, said):
    """
    The first line is a whole sentence: name, state word, since when.
    """
    assert said == report_headline(a_report(**changes), PLAIN)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("sessions", [None, (), OPEN, CLOSED])
def test_every_state_has_a_headline(state, sessions):
    """
    Whatever the sessions are, the headline has the name and the word of the state.
    """
    said = report_headline(a_report(state=state, sessions=sessions), PLAIN)

    assert "pump-7" in said
    assert state.value.replace("_", " ") in said
    assert "None" not in said


def test_headline_in_a_notification_is_plain():
    """
    A notification has no tokens and no bold, and its data is escaped.
    """
    said = report_headline(a_report(sim=a_sim(unique_name="<!here> *x*")), NOTICE)

    assert said.startswith("🟢 &lt;!here&gt; ∗x∗ is online — ")
    assert "<" not in said


def test_headline_in_slack_is_in_the_readers_zone():
    """
    In Slack the moments are date tokens.
    """
    assert "<!date^1767614400^" in report_headline(a_report(), MRKDWN)


def test_facts():
    """
    Every fact of the newest session has its label and its unit.
    """
    assert [
        ("Operator", "T-Mobile USA · 310-260 · 🇺🇸 USA"),
        ("Radio link", "LTE"),
        ("Cell", "310-260-40482-1243"),
        ("Place", "≈ 37.883, -122.368 (tower, not device)"),
        ("Packets", "↑ 246 up · ↓ 296 down"),
        ("IMEI", "01493100-012970-0 ✓"),
        ("Started", "2026-01-05 12:00 UTC (3 h ago)"),
        ("Ended", "still open"),
        ("Updated", "2026-01-05 14:56 UTC (4 min ago)"),
        ("Duration", "3 h so far"),
    ] == facts(a_report(), PLAIN)


def test_unknown_facts_are_said_in_text():
    """
    A session of which nothing is known says so in every fact.
    """
    empty = type(a_session()).model_construct()
    told = dict(facts(a_report(sessions=(empty,)), PLAIN))

    assert {
        "Operator": "operator unknown · MCC-MNC unknown · country unknown",
        "Radio link": "radio link unknown",
        "Cell": "cell unknown",
        "Place": "no location for this cell",
        "Packets": "packets unknown",
        "IMEI": "IMEI not reported",
        "Started": "start unknown",
        "Ended": "still open",
        "Updated": "last update unknown",
        "Duration": "duration unknown",
    } == told


@pytest.mark.parametrize("sessions", [None, ()])
def test_no_facts_without_a_session(sessions):
    """
    Without a session there is nothing to tell of one.
    """
    assert [] == facts(a_report(sessions=sessions), PLAIN)


def test_stale_answers_are_marked_on_every_line():
    """
    Each line that may have changed since says how old it is, and why.
    """
    report = a_report(stale=True, as_of=NOW - timedelta(minutes=6))
    lines = [fact.value for fact in facts(report, PLAIN)]

    assert [
        (
            "⚠️ KORE is not answering. This is what I knew 6 min ago, at 2026-01-05 14:54 UTC; it "
            "may have changed."
        )
    ] == warnings(report, PLAIN)
    assert all(line.endswith(" (6 min old)") for line in lines)
    assert window_line(report).endswith(" (6 min old)")
    assert sim_line(report, PLAIN).endswith("status active (6 min old)")


def test_a_fresh_answer_is_not_marked():
    """
    What KORE has just told us carries no mark.
    """
    report = a_report()

    assert [] == warnings(report, PLAIN)
    assert not any(" old)" in fact.value for fact in facts(report, PLAIN))


def test_unread_sessions_are_said_with_the_reason():
    """
    Sessions that could not be read are not taken for none.
    """
    report = a_report(state=State.BLOCKED, sessions=None, summary=None, problem="KORE is `down`.")

    assert "⚠️ Its sessions could not be read. KORE is `down`." == unread_line(report, PLAIN)
    assert "Last 30 days: sessions could not be read" == window_line(report)
    assert unread_line(a_report(sessions=()), PLAIN) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {},
            (
                "SIM pump-7 · DE00000000000000000000000000000001 · ICCID 8901 2600 1234 5678 909 · "
                "status active"
            ),
        ),
        (
            {"friendly_name": "Pump 7, hall B", "iccid": None, "status": None},
            (
                "SIM pump-7 · Pump 7, hall B · DE00000000000000000000000000000001 · ICCID unknown "
                "· status unknown"
            ),
        ),
        (
            {"unique_name": None},
            (
                "SIM DE00000000000000000000000000000001 · ICCID 8901 2600 1234 5678 909 · "
                "status active"
            ),
        ),
        (
            {"unique_name": None, "friendly_name": "hall B"},
            (
                "SIM hall B · DE00000000000000000000000000000001 · ICCID 8901 2600 1234 5678 909 · "
                "status active"
            ),
        ),
    ],
)
def test_sim_line(changes, said):
    """
    The SIM is told by all its names, its ids and its status.
    """
    assert said == sim_line(a_report(sim=a_sim(**changes)), PLAIN)


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        (
            Summary(212, 3, 14, 1246, 2960, NOON, 0),
            "212 sessions, 3 networks, 14 cells, 1\u202f246 packets up, 2\u202f960 down",
        ),
        (
            Summary(1, 1, 1, None, 5, NOON, 1),
            (
                "1 session, 1 network, 1 cell, packets up unknown, 5 down "
                "(packets unknown for 1 session)"
            ),
        ),
        (
            Summary(4, 0, 0, None, None, NOON, 4),
            "4 sessions, networks unknown, cells unknown, packets unknown",
        ),
        (Summary(0, 0, 0, None, None, None, 0), "no sessions"),
        (None, "sessions could not be read"),
    ],
)
def test_window_line(summary, said):
    """
    The last 30 days stand in one line, unknown said so.
    """
    assert f"Last 30 days: {said}" == window_line(a_report(summary=summary))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (0, None),
        (1, "1 row of KORE's could not be read and is left out"),
        (12, "12 rows of KORE's could not be read and are left out"),
    ],
)
def test_left_out_line(rows, said):
    """
    Rows that were skipped are counted.
    """
    assert said == skipped_line(a_report(skipped_rows=rows))


def test_freshness_line():
    """
    An answer says how old it is.
    """
    assert "Read 2026-01-05 14:59 UTC (12 s ago)" == freshness_line(a_report(), PLAIN)
