"""The sentences of an answer and the pieces of a session; unknown is said, never shown as 0."""

from datetime import timedelta

import pytest

from bot.blocks.findings import main_lines
from bot.blocks.format import MRKDWN, NOTICE, PLAIN
from bot.blocks.report_text import (
    day_line,
    fact_lines,
    facts,
    freshness_line,
    neighbours_line,
    report_headline,
    sim_line,
    skipped_line,
    totals_line,
    unread_line,
    warnings,
    window_line,
)
from bot.diagnosis.anomalies import Rest
from bot.diagnosis.evidence import State
from bot.diagnosis.rules.gone_silent import SAYS
from bot.sessions.report import Neighbours, Summary
from bot.struct import replace
from tests.bot.blocks.reports import NOW, a_finding, a_report
from tests.builders import NOON, SID, a_session, a_sim

LATE = NOW - timedelta(hours=5)
OPEN = (a_session(last_updated=LATE),)
CLOSED = (a_session(end=NOW - timedelta(hours=15)),)
VIA = "T-Mobile USA, LTE"
DAILY = timedelta(days=1)
NO_UPDATE = "pump-7 has sent no update since 10:00 UTC (5 h)"
ONLINE = f"since 12:00 UTC (3 h), on {VIA}"
ITS_SESSION = f"its session on {VIA} is open since 12:00 UTC (3 h)"
NEW = "so it cannot connect"
CHANGED = "last changed 10:00 UTC"
YET = {"findings": (a_finding(rule="sim_not_active", says="Suspended; a session is open."),)}
NOT_SAID = "but KORE does not say when it was updated"
ONE_UNKNOWN = "(packets unknown for 1 session)"
CARD = "ICCID 8901 2600 1234 5678 909"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, f"🟢 pump-7 is online {ONLINE}"),
        ({"state": State.STALE, "sessions": OPEN}, f"🟠 {NO_UPDATE}, on {VIA}"),
        (
            {"state": State.OFFLINE, "sessions": CLOSED},
            f"🔴 pump-7 is offline since 00:00 UTC (15 h), last on {VIA}",
        ),
        (
            {"state": State.OFFLINE, "sessions": CLOSED, "rest": Rest(DAILY, DAILY)},
            "💤 pump-7 is offline since 00:00 UTC (15 h), as usual: it connects every 24 h",
        ),
        (
            {"state": State.STALE, "sessions": OPEN, "rest": Rest(None, 5 * DAILY)},
            f"💤 {NO_UPDATE}, which is normal: it may rest for up to 5 d",
        ),
        (
            {"state": State.BLOCKED, "sim": a_sim(status="suspended"), "since": LATE},
            f"⛔ pump-7 is suspended and cannot connect; {CHANGED}",
        ),
        (
            {"state": State.BLOCKED, "sim": a_sim(status="suspended"), "since": LATE, **YET},
            f"⛔ pump-7 is suspended; {CHANGED}",
        ),
        (
            {"state": State.BLOCKED, "sim": a_sim(status="canceled"), "since": None},
            "⛔ pump-7 is canceled and cannot connect; since when is unknown",
        ),
        (
            {"state": State.NOT_ACTIVATED, "since": None},
            f"⚪ pump-7 is not activated: its status is new, {NEW}; since when is unknown",
        ),
        (
            {"state": State.NEVER_SEEN, "sessions": ()},
            "⚫ pump-7 has had no connection in 30 days; KORE keeps no older sessions",
        ),
        (
            {"state": State.UNKNOWN, "sessions": None},
            "❔ The state of pump-7 is unknown: its sessions could not be read",
        ),
        (
            {"state": State.UNKNOWN, "sessions": (a_session(last_updated=None),)},
            f"❔ The state of pump-7 is unknown: {ITS_SESSION}, {NOT_SAID}",
        ),
        (
            {"stale": True, "as_of": NOW - timedelta(minutes=6)},
            f"🟢 pump-7 was online (as of 6 min ago) {ONLINE}",
        ),
    ],
)
def test_headline(changes, said):
    """The first line is a whole sentence: name, state, since when, network and radio."""
    assert said == report_headline(a_report(**changes), PLAIN)


def test_a_silence_is_told_apart_from_what_would_be_normal():
    """Where both round to the same words, headline and cause have them in hours, or finer."""
    for hours, line, silent, normal in (
        (70, 66, "70 h", "66 h"),
        (74, 30, "3 d", "30 h"),
        (298, 290, "12 d 10 h", "12 d 2 h"),
        (16.3, 16.1, "16 h 18 min", "16 h 6 min"),
        (66, 66, "3 d", "3 d"),
    ):
        end, long = NOW - timedelta(hours=hours), timedelta(hours=line)
        session = a_session(start=end - timedelta(hours=1), end=end, last_updated=end)
        known = {"since": end, "silent_for": NOW - end, "line": long, "why": "its rhythm"}
        gone = a_finding(rule="gone_silent", title="Gone silent", says=SAYS, evidence=known)
        report = a_report(state=State.OFFLINE, sessions=(session,), findings=(gone,))
        rests = replace(report, findings=(), rest=Rest(None, long))

        assert f"({silent})" in report_headline(report, PLAIN)
        assert f"Up to {normal} would be normal" in main_lines(report, PLAIN)[0]
        assert f"({silent}), which is normal: it may rest for up to {normal}" in report_headline(
            rests, PLAIN
        )


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("sessions", [None, (), OPEN, CLOSED])
def test_every_state_has_a_headline(state, sessions):
    """Whatever the sessions are, the headline has the name and the words of the state."""
    said = report_headline(a_report(state=state, sessions=sessions), PLAIN)
    odd = {State.BLOCKED: "cannot connect", State.NEVER_SEEN: "no connection in 30 days"}
    odd |= {State.STALE: "no update"}

    assert "pump-7" in said
    assert odd.get(state, state.value.replace("_", " ")) in said
    assert "None" not in said


def test_a_headline_in_slack():
    """A notification has no tokens and no bold, blocks have date tokens; data is escaped."""
    said = report_headline(a_report(sim=a_sim(unique_name="<!here> *x*")), NOTICE)

    assert said.startswith("🟢 &lt;!here&gt; ∗x∗ is online since ")
    assert "<" not in said

    assert "<!date^1767614400^" in report_headline(a_report(), MRKDWN)


def test_facts():
    """Every fact of the newest session has its label and unit, or is unknown; without one none."""
    assert [
        ("Operator", "T-Mobile USA · 310-260 · 🇺🇸 USA"),
        ("Radio link", "LTE"),
        ("Cell", "310-260-40482-1243"),
        ("Place", "≈ 37.883, -122.368 (tower, not device)"),
        ("Packets", "↑ 246 up · ↓ 296 down"),
        ("IMEI", "01493100-012970-0"),
        ("Started", "12:00 UTC (3 h ago)"),
        ("Ended", "still open"),
        ("Updated", "14:56 UTC (4 min ago)"),
        ("Duration", "3 h so far"),
    ] == facts(a_report(), PLAIN)

    assert [[], []] == [facts(a_report(sessions=none), PLAIN) for none in (None, ())]

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


def test_a_stale_answer_says_so_once():
    """It says why at the top; how old it is stands in the headline and on no other line."""
    report = a_report(stale=True, as_of=NOW - timedelta(minutes=6))
    lines = [*fact_lines(report, PLAIN), window_line(report), sim_line(report, PLAIN)]

    (warning,) = warnings(report, PLAIN)
    assert warning.endswith("answering. This is the last answer I have; it may have changed.")
    assert [] == [line for line in lines if "6 min" in line]
    assert [] == warnings(a_report(), PLAIN)


def test_unread_sessions_are_said_with_the_reason():
    """They are not taken for none; an answer says how old it is."""
    report = a_report(state=State.BLOCKED, sessions=None, summary=None, problem="KORE is `down`.")

    assert "⚠️ Its sessions could not be read. KORE is `down`." == unread_line(report, PLAIN)
    assert "30 d: sessions could not be read" == window_line(report)
    assert unread_line(a_report(sessions=()), PLAIN) is None

    assert "Read 14:59 UTC" == freshness_line(a_report(), PLAIN)


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
def test_totals_line(summary, said):
    """The sums of the last 30 days stand in one line, unknown said so."""
    assert f"Last 30 days: {said}" == totals_line(a_report(summary=summary))


NOTHING = Summary(0, 0, 0, None, None, None, 0)
SHORT = a_session(start=NOW - timedelta(hours=9), end=NOW - timedelta(hours=8))
OLD = a_session(start=NOW - timedelta(hours=57, minutes=20), end=NOW - timedelta(hours=57))
FIRST_HOUR = a_session(
    start=NOW - timedelta(hours=23, minutes=30), end=NOW - timedelta(hours=23, minutes=10)
)
A_DAY = a_session(start=NOW - timedelta(hours=26), end=NOW - timedelta(hours=2))
BEFORE = a_session(start=NOW - timedelta(days=2), end=NOW - timedelta(hours=16))


@pytest.mark.parametrize(
    ("changes", "line", "strip"),
    [
        ({}, "212 sessions, up less than 1 %", "▁" * 21 + "▃" * 3),
        ({"sessions": CLOSED}, "212 sessions, up 0 %, longest gap 3 h", "▁" * 21 + "▃▁▁"),
        (
            {"sessions": (SHORT, BEFORE), "state": State.OFFLINE},
            "212 sessions, up 5 %, longest gap 8 h",
            "▃" * 8 + "▁" * 7 + "▃" + "▁" * 8,
        ),
        (
            {"sessions": (*[SHORT] * 3, BEFORE), "state": State.OFFLINE},
            "212 sessions, up 5 %, longest gap 8 h",
            "▃" * 8 + "▁" * 7 + "▅" + "▁" * 8,
        ),
        (
            {"sessions": (FIRST_HOUR,) * 3, "state": State.OFFLINE},
            "212 sessions, up less than 1 %, longest gap 23 h",
            "▅" + "▁" * 23,
        ),
        ({"state": State.UNKNOWN}, "212 sessions", None),
        ({"sessions": (), "summary": NOTHING}, "no sessions", None),
        ({"sessions": None, "summary": None}, "sessions could not be read", None),
    ],
)
def test_the_last_day_and_the_last_month(changes, line, strip):
    """A strip shows each hour, the line below how much of the month it was connected."""
    report = a_report(**changes)

    assert f"30 d: {line}" == window_line(report)
    assert (f"{strip} last 24 h" if strip else None) == day_line(report)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Updated 4 min ago · ↑ 246 ↓ 296 packets"),
        ({"state": State.STALE}, "Session open for 3 h · ↑ 246 ↓ 296 packets"),
        (
            {"sessions": (SHORT,), "state": State.OFFLINE},
            "Session 06:00 UTC–07:00 UTC · ↑ 246 ↓ 296 packets",
        ),
        (
            {"sessions": (OLD,), "state": State.OFFLINE},
            "Session 05:40 UTC–06:00 UTC · ↑ 246 ↓ 296 packets",
        ),
        ({"sessions": (A_DAY,), "state": State.OFFLINE}, "Session of 24 h · ↑ 246 ↓ 296 packets"),
    ],
)
def test_fact_lines(changes, said):
    """Session, tower and SIM stand on a line each; unknown is said, with the network."""
    first, *others = fact_lines(a_report(**changes), PLAIN)

    assert said == first
    assert [
        "Tower 310-260-40482-1243 · ≈ 37.883, -122.368",
        "IMEI 01493100-012970-0 · no rate plan · ICCID 8901 2600 1234 5678 909 · active",
    ] == others

    empty = type(a_session()).model_construct()
    sim = a_sim(iccid=None, status=None, rate_plan_sid="WP1")

    assert [
        "Last update unknown · packets unknown",
        "operator unknown · MCC-MNC unknown · country unknown · radio link unknown",
        "Cell unknown · no location for this cell",
        "IMEI not reported · plan not read · ICCID unknown · status unknown",
    ] == fact_lines(a_report(sim=sim, sessions=(empty,)), PLAIN)


def test_the_network_is_told_where_the_headline_does_not():
    """A blocked SIM's headline tells none; a session of earlier days has its date there."""
    blocked = a_report(state=State.BLOCKED, sim=a_sim(status="suspended"), sessions=(OLD,))

    assert [
        "Session 2026-01-03 05:40 UTC–06:00 UTC · ↑ 246 ↓ 296 packets",
        "T-Mobile USA · 310-260 · 🇺🇸 USA · LTE",
    ] == fact_lines(blocked, PLAIN)[:2]

    unknown = a_session(start=None, end=NOW)
    for session, said in ((A_DAY, "of 24 h to 13:00 UTC"), (unknown, "of unknown length")):
        assert f"Session {said}" in fact_lines(replace(blocked, sessions=(session,)), PLAIN)[0]


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


@pytest.mark.parametrize(
    ("near", "said"),
    [
        (None, None),
        (("cell", 4, 0, None, NOON), "4 others on this cell are online; seen 12:00 UTC (3 h ago)"),
        (("network", 1, 0, None, NOW), "1 other on this network is online"),
        (("cell", 0, 3, NOON, NOW), "3 others on this cell are silent too, since 12:00 UTC"),
        (("cell", 2, 1, NOON, NOW), "On this cell: 2 online, 1 silent"),
    ],
)
def test_neighbours_line(near, said):
    """Counts of those online and silent; an old look is said to be one; an outage tells of them."""
    report = a_report(neighbours=near and Neighbours(*near))

    assert said == neighbours_line(report, PLAIN)
    outage = replace(report, findings=(a_finding(rule="common_outage"),))
    assert neighbours_line(outage, PLAIN) is None


def test_that_there_was_no_connection_is_said_once():
    """The headline says it, so the line of the month and the cause have nothing to add."""
    says = "The SIM is active and has no data session in the last 30 days."
    silent = a_finding(rule="never_seen", title="No data session in 30 days", says=says)
    known = {"sessions": (), "summary": NOTHING, "state": State.NEVER_SEEN}
    report = a_report(findings=(silent,), **known)
    lines = [report_headline(report, PLAIN), *main_lines(report, PLAIN), window_line(report)]

    assert 1 == "\n".join(lines).count("30 days")
    assert "30 d:" not in "\n".join(lines)

    used = replace(silent, says="No session began in 30 days; yet 7 bytes were used.")

    assert main_lines(a_report(findings=(used,), **known), PLAIN)[0] == "Yet 7 bytes were used."
