"""What the state of a SIM is called."""

from datetime import timedelta

import pytest

from bot.blocks.state_text import label_of, state_label, state_sentence, state_text, words_of
from bot.diagnosis.evidence import State
from tests.bot.blocks.reports import a_report
from tests.bot.watches.watch_builders import HOUR, NOON, a_snapshot
from tests.builders import a_session, a_sim


@pytest.mark.parametrize("state", State)
def test_a_state_is_a_sign_and_words(state):
    """No sign stands alone, and nobody reads our own names."""
    sign, _, word = state_label(state).partition(" ")

    assert sign
    assert word == state_text(state)
    assert word not in {"stale", "blocked"}
    assert "_" not in word


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

    assert words == words_of(sim)
    assert label_of(sim).endswith(f" {words}")
    assert state_sentence(sim, "x", again="still").startswith(sentence)


def test_a_report_and_its_snapshot_read_alike():
    """The age is that of KORE's answer, not of the reading."""
    heard = a_report().as_of - timedelta(hours=3)
    silent = a_report(state=State.STALE, sessions=(a_session(last_updated=heard),))
    blocked = a_report(state=State.BLOCKED, sim=a_sim(status=" Suspended "))

    assert "🟠 no update for 3 h" == label_of(silent)
    assert "⛔ SIM suspended" == label_of(blocked)
