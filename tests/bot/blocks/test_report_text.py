"""The sentences of an answer and the pieces of a session; unknown is said, never shown as 0."""

from datetime import timedelta

import pytest

from bot.blocks.format import MRKDWN, NOTICE, PLAIN
from bot.blocks.report_text import (
    cell_text,
    duration_text,
    facts,
    freshness_line,
    network_code,
    network_text,
    operator_text,
    packets_text,
    place_text,
    report_headline,
    sim_line,
    skipped_line,
    traffic_text,
    unread_line,
    warnings,
    window_line,
)
from bot.diagnosis.state import State
from bot.sessions.report import Summary
from tests.bot.blocks.reports import NOW, a_report
from tests.builders import NOON, SID, a_session, a_sim

LATE = NOW - timedelta(hours=5)
OPEN = (a_session(last_updated=LATE),)
CLOSED = (a_session(end=NOW - timedelta(hours=15)),)
VIA, START = "T-Mobile USA on LTE", "2026-01-05 12:00 UTC"
ONLINE = f"{VIA}, since {START} (3 h), updated 4 min ago"
ITS_SESSION = f"its session ({VIA}) is open since {START} (3 h)"
CHANGED = "the SIM was last changed 2026-01-05 10:00 UTC (5 h ago)"
NEW = "and it cannot connect until that is set to ready"
NO_SESSION = "KORE shows no data session for that time, and keeps no older ones"
UNREAD = "KORE told us of the SIM, but its sessions could not be read"
NOT_SAID = "but KORE does not say when it was last updated"
ONE_UNKNOWN = "(packets unknown for 1 session)"
CARD = "ICCID 8901 2600 1234 5678 909"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, f"🟢 pump-7 is online — {ONLINE}"),
        (
            {"state": State.STALE, "sessions": OPEN},
            f"🟠 pump-7 is stale — {ITS_SESSION}, but was last updated 5 h ago",
        ),
        (
            {"state": State.OFFLINE, "sessions": CLOSED},
            f"🔴 pump-7 is offline — last seen on {VIA}, until 2026-01-05 00:00 UTC (15 h ago)",
        ),
        (
            {"state": State.BLOCKED, "sim": a_sim(status="suspended"), "since": LATE},
            f"⛔ pump-7 is blocked — its SIM status is suspended; {CHANGED}",
        ),
        (
            {"state": State.BLOCKED, "sim": a_sim(status="canceled"), "since": None},
            "⛔ pump-7 is blocked — its SIM status is canceled; since when is unknown",
        ),
        (
            {"state": State.NOT_ACTIVATED, "since": None},
            f"⚪ pump-7 is not activated — its SIM status is new, {NEW}; since when is unknown",
        ),
        (
            {"state": State.NEVER_SEEN, "sessions": ()},
            f"⚫ pump-7 was never seen in the last 30 days — {NO_SESSION}",
        ),
        (
            {"state": State.UNKNOWN, "sessions": None},
            f"❔ The state of pump-7 is unknown — {UNREAD}",
        ),
        (
            {"state": State.UNKNOWN, "sessions": (a_session(last_updated=None),)},
            f"❔ The state of pump-7 is unknown — {ITS_SESSION}, {NOT_SAID}",
        ),
        (
            {"stale": True, "as_of": NOW - timedelta(minutes=6)},
            f"🟢 pump-7 was online (as of 6 min ago) — {ONLINE}",
        ),
    ],
)
def test_headline(changes, said):
    """The first line is a whole sentence: name, state word, since when."""
    assert said == report_headline(a_report(**changes), PLAIN)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("sessions", [None, (), OPEN, CLOSED])
def test_every_state_has_a_headline(state, sessions):
    """Whatever the sessions are, the headline has the name and the word of the state."""
    said = report_headline(a_report(state=state, sessions=sessions), PLAIN)

    assert "pump-7" in said
    assert state.value.replace("_", " ") in said
    assert "None" not in said


def test_a_headline_in_slack():
    """A notification has no tokens and no bold, blocks have date tokens; data is escaped."""
    said = report_headline(a_report(sim=a_sim(unique_name="<!here> *x*")), NOTICE)

    assert said.startswith("🟢 &lt;!here&gt; ∗x∗ is online — ")
    assert "<" not in said

    assert "<!date^1767614400^" in report_headline(a_report(), MRKDWN)


def test_facts():
    """Every fact of the newest session has its label and its unit, or says that it is unknown."""
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
    """Without a session there is nothing to tell of one."""
    assert [] == facts(a_report(sessions=sessions), PLAIN)


def test_stale_answers_are_marked_on_every_line():
    """Each line that may have changed since says how old it is, and why; a fresh one does not."""
    report = a_report(stale=True, as_of=NOW - timedelta(minutes=6))
    lines = [fact.value for fact in facts(report, PLAIN)]

    (warning,) = warnings(report, PLAIN)
    assert warning == (
        "⚠️ KORE is not answering. This is what I knew 6 min ago, at 2026-01-05 14:54 UTC; "
        "it may have changed."
    )
    assert all(line.endswith(" (6 min old)") for line in lines)
    assert window_line(report).endswith(" (6 min old)")
    assert sim_line(report, PLAIN).endswith("status active (6 min old)")

    report = a_report()

    assert [] == warnings(report, PLAIN)
    assert not any(" old)" in fact.value for fact in facts(report, PLAIN))


def test_unread_sessions_are_said_with_the_reason():
    """They are not taken for none; an answer says how old it is."""
    report = a_report(state=State.BLOCKED, sessions=None, summary=None, problem="KORE is `down`.")

    assert "⚠️ Its sessions could not be read. KORE is `down`." == unread_line(report, PLAIN)
    assert "Last 30 days: sessions could not be read" == window_line(report)
    assert unread_line(a_report(sessions=()), PLAIN) is None

    assert "Read 2026-01-05 14:59 UTC (12 s ago)" == freshness_line(a_report(), PLAIN)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, f"SIM pump-7 · {SID} · {CARD} · status active"),
        (
            {"friendly_name": "Pump 7, hall B", "iccid": None, "status": None},
            f"SIM pump-7 · Pump 7, hall B · {SID} · ICCID unknown · status unknown",
        ),
        ({"unique_name": None}, f"SIM {SID} · {CARD} · status active"),
        (
            {"unique_name": None, "friendly_name": "hall B"},
            f"SIM hall B · {SID} · {CARD} · status active",
        ),
    ],
)
def test_sim_line(changes, said):
    """The SIM is told by all its names, its ids and its status."""
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
            f"1 session, 1 network, 1 cell, packets up unknown, 5 down {ONE_UNKNOWN}",
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
    """The last 30 days stand in one line, unknown said so."""
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
    """Rows that were skipped are counted."""
    assert said == skipped_line(a_report(skipped_rows=rows))


UNKNOWN = (None, "null", "N/A", "unknown", " ")


@pytest.mark.parametrize(
    ("operator", "radio", "said"),
    [
        ("Telcel", "3G", "Telcel on 3G"),
        ("Telcel", None, "Telcel, radio link unknown"),
        (None, "3G", "an unknown operator on 3G"),
        (None, None, "an unknown network"),
        ("N/A", "null", "an unknown network"),
    ],
)
def test_network_text(operator, radio, said):
    """What of the network is unknown is said so."""
    assert said == network_text(a_session(operator_name=operator, radio_link=radio), PLAIN)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "T-Mobile USA · 310-260 · 🇺🇸 USA"),
        ({"operator_name": None}, "operator unknown · 310-260 · 🇺🇸 USA"),
        ({"operator_country": "XYZ"}, "T-Mobile USA · 310-260 · XYZ"),
        ({"operator_country": None}, "T-Mobile USA · 310-260 · country unknown"),
        ({"operator_mnc": None}, "T-Mobile USA · 310-MNC unknown · 🇺🇸 USA"),
        ({"operator_mcc": None, "operator_mnc": None}, "T-Mobile USA · MCC-MNC unknown · 🇺🇸 USA"),
    ],
)
def test_operator_text(changes, said):
    """Operator, numbers and country stand side by side, each known or said to be unknown."""
    assert said == operator_text(a_session(**changes), PLAIN)


@pytest.mark.parametrize(
    ("up", "down", "said"),
    [
        (246, 2960, "↑ 246 up · ↓ 2\u202f960 down"),
        (0, 0, "↑ 0 up · ↓ 0 down"),
        (None, 5, "↑ up unknown · ↓ 5 down"),
        (5, None, "↑ 5 up · ↓ down unknown"),
        (None, None, "packets unknown"),
    ],
)
def test_packets_text(up, down, said):
    """A known 0 is 0; an unknown count is never 0."""
    assert said == packets_text(up, down)


@pytest.mark.parametrize(
    ("up", "down", "said"),
    [
        (1246, 2960, "1\u202f246 packets up, 2\u202f960 down"),
        (1, 0, "1 packet up, 0 down"),
        (None, 5, "packets up unknown, 5 down"),
        (5, None, "5 packets up, down unknown"),
        (None, None, "packets unknown"),
    ],
)
def test_traffic_text(up, down, said):
    """Within a sentence packets are named, for no label stands beside them."""
    assert said == traffic_text(up, down)


def test_place_text_and_network_code():
    """A place is the tower's, no place is said in words; an MNC keeps its digits."""
    assert "≈ 37.883, -122.368 (tower, not device)" == place_text(a_session())
    assert "no location for this cell" == place_text(a_session(cell_location_estimate=None))

    assert "334-020" == network_code(a_session(operator_mcc="334", operator_mnc="020"))


@pytest.mark.parametrize("cell", [*UNKNOWN, "0", "0-0-0-0"])
def test_no_cell(cell):
    """A cell of nothing but zeros or placeholders is unknown."""
    assert "cell unknown" == cell_text(a_session(cell_id=cell), PLAIN)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (NOON, None, "3 h so far"),
        (NOON, NOW, "3 h"),
        (None, NOW, "duration unknown"),
        (NOW, NOON, "0 s"),
    ],
)
def test_duration_text(start, end, said):
    """An open session lasts until now; one without a start has no known length."""
    assert said == duration_text(a_session(start=start, end=end), NOW)
