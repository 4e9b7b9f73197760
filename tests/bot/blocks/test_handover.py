"""The hand-over of a thread, drawn."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import ids
from bot.blocks.handover import handover_screen, nothing_looked_up
from bot.blocks.screen import ALL_BLOCKS
from bot.diagnosis.state import State
from bot.kore.errors import KoreUnavailable
from bot.sessions.handover import LookedUp, hand_over
from bot.sessions.redaction import redacted
from bot.sessions.snapshot import snapshot_of
from bot.watches.watch import Condition, Watch, WatchOwner
from tests.bot.blocks.reports import NOW, REPORTS, a_finding, a_report, faults
from tests.builders import a_sim

HOUR = timedelta(hours=1)


def handed_over(*reports, people=("U1",)):
    """Return the hand-over of SIMs that were online two hours ago."""
    seen = [
        LookedUp(NOW - 2 * HOUR, person, snapshot_of(a_report(sim=report.sim)))
        for report in reports
        for person in people
    ]
    return hand_over(seen, {report.sim.sid: report for report in reports}, NOW)


def numbered(number, **changes):
    """Return one of several SIMs."""
    sim = a_sim(sid="DE" + f"{number:032x}", unique_name=f"pump-{number}")
    return a_report(sim=sim, **changes)


def a_watch(number=7):
    """Return a watch of Ana's until it is online."""
    seen = snapshot_of(numbered(number))
    return Watch(
        id="w", sid=seen.sid, name=seen.name, owner=WatchOwner("U0ANA0001", "C1", "1.1"),
        condition=Condition.ONLINE, started_at=NOW, ends_at=NOW + HOUR, reported=seen,
        latest=seen, read_at=NOW,
    )  # fmt: skip


def shown(screen):
    """Return all that stands on a screen."""
    return json.dumps([screen.text, screen.blocks], ensure_ascii=False)


def test_what_is_still_open_comes_first():
    """
    How many need a look, which, then each SIM then and now, what changed, and who watches.
    """
    down = numbered(7, state=State.OFFLINE, findings=(a_finding(),))
    screen = handover_screen(handed_over(numbered(8), down), [a_watch()])

    words = shown(screen)
    assert "🔴 Hand-over: 1 of 2 SIMs looked up here still needs a look: pump-7." == screen.text
    assert "🟢 online, 2 h ago" in words
    assert "🔴 offline" in words
    assert "🔴 Flapping" in words
    assert "*pump-7*: State: online → offline" in words
    assert "*pump-7* until it is online, for <@U0ANA0001>" in words
    assert "2 look-ups here since" in words
    assert [] == faults(screen)


def test_when_all_is_well_it_says_so():
    """
    No watch, no change: no empty headings.
    """
    screen = handover_screen(handed_over(numbered(8)), [])

    assert "✅ Hand-over: 1 SIM looked up here, none needs a look now." == screen.text
    assert "Open watches" not in shown(screen)
    assert "What changed" not in shown(screen)


def test_what_could_not_be_read_is_not_called_offline():
    """
    It says that it was not read, and why.
    """
    seen = [LookedUp(NOW, "U1", snapshot_of(numbered(1)))]
    handed = hand_over(seen, {numbered(1).sim.sid: KoreUnavailable()}, NOW)

    words = shown(handover_screen(handed, []))

    assert "❔ not read" in words
    assert "KORE is not answering" in words
    assert "offline" not in words


def test_a_hundred_sims_fit():
    """
    Slack's limits hold; what is not shown is counted.
    """
    reports = [numbered(n, state=State.OFFLINE) for n in range(100)]
    people = [f"U{n}" for n in range(12)]
    handed = handed_over(*reports, people=people)
    screen = handover_screen(handed, [a_watch(n) for n in range(30)])

    words = shown(screen)
    assert [] == faults(screen)
    assert "and 95 more." in screen.text
    assert "90 more stand in the file" in words
    assert "20 more go on" in words
    assert "and 4 others" in words


@given(REPORTS, st.sampled_from([frozenset(), ALL_BLOCKS]))
def test_any_report_fits(report, refused):
    """
    Whatever KORE says, and whatever the workspace knows.
    """
    screen = handover_screen(handed_over(report, numbered(8)), [a_watch()]).without(refused)

    assert [] == faults(screen)


def test_what_is_withheld_is_said():
    """
    The reason stands in the small print.
    """
    handed = handed_over(redacted(numbered(1), "ICCID and more are left out for guests."))

    assert "left out for guests" in shown(handover_screen(handed, []))


def test_a_thread_without_look_ups_offers_one():
    """
    The button names the thread.
    """
    screen = nothing_looked_up(ids.Thread(root="1.1"))

    (button,) = screen.blocks[-1]["elements"]
    assert ids.Thread(root="1.1") == ids.Thread.from_value(button["value"])
    assert "nothing to hand over yet" in screen.text
    assert [] == faults(screen)


@pytest.mark.parametrize("value", ["", "{}", '{"root": null}', '{"root": "' + "1" * 65 + '"}'])
def test_a_forged_thread_is_none(value):
    """
    What a button carries is checked.
    """
    with pytest.raises(ValueError, match=r"root|JSON"):
        ids.Thread.from_value(value)
