"""A SIM's state, and one session, in words."""

from datetime import timedelta

import pytest

from bot.blocks.findings import cause_words, explanation_lines
from bot.blocks.fleet import fleet_headline
from bot.blocks.format import PLAIN
from bot.blocks.report_text import report_headline
from bot.blocks.sim_text import (
    cell_label,
    cell_text,
    duration_text,
    network_code,
    network_text,
    operator_text,
    packets_text,
    place_text,
    sim_label,
    sim_words,
    state_label,
    state_sentence,
    state_text,
    traffic_text,
)
from bot.diagnosis.evidence import Evidence, State
from bot.diagnosis.rule import all_rules
from bot.diagnosis.thresholds import DEFAULTS
from bot.pictures.timeline import HATCHED
from bot.sessions.fleet_query import parse_fleet_query
from bot.sessions.triage import FleetAnswer
from tests.bot.blocks.reports import NOW, a_finding, a_report
from tests.bot.watches.watch_builders import HOUR, a_snapshot
from tests.builders import NOON, a_session, a_sim


@pytest.mark.parametrize("state", State)
def test_a_state_is_a_sign_and_words(state):
    """No sign stands alone, and nobody reads our own names."""
    sign, _, word = state_label(state).partition(" ")

    assert sign
    assert word == state_text(state)
    assert word not in {"stale", "blocked"}
    assert "_" not in word


def test_a_session_without_an_update_is_called_the_same_everywhere():
    """In a card, a table, a triage's headline, a fleet's, a finding, a picture, and how we know."""
    (ghost,) = (each for each in all_rules() if each.name == "ghost_session")
    seen = a_session(start=NOW - 48 * HOUR, end=None, last_updated=NOW - 24 * HOUR)
    report = a_report(state=State.STALE, sessions=(seen,))
    question = parse_fleet_query("stale")
    said = (
        state_text(State.STALE),
        cell_label(report),
        report_headline(report, PLAIN),
        cause_words(a_finding(rule="ghost_session")),
        fleet_headline(FleetAnswer(question, (), 0, 9, 0, NOW), PLAIN),
        ghost.about.fires,
        *(each.says for each in ghost.check(Evidence(report.sim, (seen,), NOW), DEFAULTS)),
        next(line for line in explanation_lines(report, DEFAULTS, PLAIN) if " since " in line),
        HATCHED,
    )
    assert [] == [each for each in said if "no update" not in each.lower()]


@pytest.mark.parametrize(
    ("state", "about", "words", "sentence"),
    [
        ("online", {}, "online", "x is still online"),
        ("offline", {}, "offline", "x is still offline"),
        ("stale", {"seen_at": NOON - 2 * HOUR}, "no update for 2 h", "x has still sent no update"),
        ("stale", {"seen_at": None}, "no update", "x has still sent no update"),
        ("blocked", {"status": "suspended"}, "SIM suspended", "x is still suspended"),
        ("blocked", {"status": "*odd*"}, "SIM blocked", "x is still blocked"),
        ("not_activated", {}, "not activated", "x is still not activated"),
        ("never_seen", {}, "no connection in 30 d", "x has still had no connection in 30 days"),
        ("unknown", {}, "unknown", "the state of x is still unknown"),
    ],
)
def test_a_snapshot_in_words(state, about, words, sentence):
    """How long it is silent and what KORE calls it is said; a foreign status is not."""
    sim = a_snapshot(state, as_of=NOON, **about)

    assert words == sim_words(sim)
    assert sim_label(sim).endswith(f" {words}")
    assert state_sentence(sim, "x", again="still").startswith(sentence)


def test_a_report_and_its_snapshot_read_alike():
    """The age is that of KORE's answer, not of the reading."""
    heard = a_report().as_of - timedelta(hours=3)
    silent = a_report(state=State.STALE, sessions=(a_session(last_updated=heard),))
    blocked = a_report(state=State.BLOCKED, sim=a_sim(status=" Suspended "))

    assert "🟠 no update for 3 h" == sim_label(silent)
    assert "⛔ SIM suspended" == sim_label(blocked)


UNKNOWN = (None, "null", "N/A", "unknown", " ")


@pytest.mark.parametrize(
    ("operator", "radio", "said"),
    [
        ("Telcel", "3G", "Telcel (USA), 3G"),
        ("Telcel", None, "Telcel (USA), radio link unknown"),
        (None, "3G", "an unknown operator, 3G"),
        (None, None, "an unknown network"),
        ("N/A", "null", "an unknown network"),
    ],
)
def test_network_text(operator, radio, said):
    """What of the network is unknown is said so; the country is in brackets."""
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
