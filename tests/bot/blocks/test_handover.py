"""The hand-over of a thread, drawn."""

import json
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import ids
from bot.blocks.handover import escape_markdown, handover_file, handover_screen, nothing_looked_up
from bot.diagnosis.evidence import State
from bot.kore.errors import KoreUnavailable
from bot.sessions.handover import LookedUp, hand_over
from bot.sessions.redaction import redacted
from bot.sessions.snapshot import snapshot_of
from bot.sessions.triage import Owner
from bot.watches.watch import Condition, Watch, WatchOwner
from tests.bot.blocks.reports import HOSTILE, NOW, REPORTS, RUNGS, a_finding, a_report, faults
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
    return json.dumps([screen.text, screen.blocks], ensure_ascii=False).replace("\u00a0", " ")


def test_what_is_still_open_comes_first():
    """How many are open and why, each SIM then and now, changes and watches; no empty headings."""
    down = numbered(7, state=State.OFFLINE, findings=(a_finding(),))
    screen = handover_screen(handed_over(numbered(8), down), [a_watch()])

    words = shown(screen)
    assert "🔴 Hand-over: 1 of 2 SIMs is still open: flapping." == screen.text
    assert "🟢 online (asked 2 h ago)" in words
    assert "🔴 offline" in words
    assert "🔴 Flapping" in words
    assert "*pump-7*: State: online → offline" in words
    assert "*pump-7* until it is online, for <@U0ANA0001>" in words
    assert "2 questions here since" in words
    assert "*Still open*\\n• *Flapping*: pump-7 (nobody on it). → Check its antenna." in words
    assert [] == faults(screen)

    screen = handover_screen(handed_over(numbered(8)), [])

    assert "✅ Hand-over: nothing open, 1 SIM looked up here." == screen.text
    assert "Open watches" not in shown(screen)
    assert "What changed" not in shown(screen)


def test_it_says_who_owns_what_and_offers_to_take_over():
    """Each cause names its SIMs by their owner, with one next step; the rest is listed too."""
    flapping = [numbered(n, findings=(a_finding(),)) for n in (1, 2)]
    off = numbered(3, state=State.OFFLINE)
    ana = Owner("U0ANA0001", NOW, frozenset({flapping[0].sim.sid.lower()}))

    screen = handover_screen(handed_over(*flapping, off, numbered(4)), [], [ana])

    words = shown(screen)
    assert "3 of 4 SIMs are still open: 2 flapping, 1 offline." in screen.text
    assert "*Flapping*: pump-1 (<@U0ANA0001> since <!date^" in words
    assert "), pump-2 (nobody on it). → Check its antenna." in words
    assert "• No fault found, but not online: pump-3 (nobody on it)." in words
    (button,) = screen.blocks[-1]["elements"]
    assert (ids.ON_IT, "Take over") == (button["action_id"], button["text"]["text"])
    assert 3 == len(ids.PackedSims.from_value(button["value"]).sids)


def test_what_is_not_shown_says_why():
    """What was not read is not called offline, and the reason for what is redacted stands there."""
    seen = [LookedUp(NOW, "U1", snapshot_of(numbered(1)))]
    handed = hand_over(seen, {numbered(1).sim.sid: KoreUnavailable()}, NOW)

    words = shown(handover_screen(handed, []))

    assert "❔ not read" in words
    assert "KORE is not answering" in words
    assert "offline" not in words

    handed = handed_over(redacted(numbered(1), "ICCID and more are left out for guests."))

    assert "left out for guests" in shown(handover_screen(handed, []))


def test_a_hundred_sims_fit():
    """What is not shown is counted; a thread without look-ups offers one."""
    reports = [numbered(n, state=State.OFFLINE) for n in range(100)]
    people = [f"U{n}" for n in range(12)]
    handed = handed_over(*reports, people=people)
    screen = handover_screen(handed, [a_watch(n) for n in range(30)])

    words = shown(screen)
    assert [] == faults(screen)
    assert "Hand-over: all 100 SIMs are still open: offline." == screen.text[2:]
    assert "and 95 more (nobody on it)" in words
    assert "90 more are in the file" in words
    assert "20 more go on" in words
    assert "and 4 others" in words

    screen = nothing_looked_up(ids.Thread(root="1.1"))

    (button,) = screen.blocks[-1]["elements"]
    assert ids.Thread(root="1.1") == ids.Thread.from_value(button["value"])
    assert "nothing to hand over yet" in screen.text
    assert [] == faults(screen)


@pytest.mark.parametrize("value", ["", "{}", '{"root": null}', '{"root": "' + "1" * 65 + '"}'])
def test_a_forged_thread_is_none(value):
    """What a button carries is checked."""
    with pytest.raises(ValueError, match=r"root|JSON"):
        ids.Thread.from_value(value)


def written(handed, watches=()):
    return handover_file(handed, watches).content.decode()


def test_it_says_all_of_each_sim():
    """Then, now, findings with the next step, facts, changes, and the open watches."""
    down = numbered(7, state=State.OFFLINE, findings=(a_finding(),))

    text = written(handed_over(numbered(8), down), [a_watch()])

    assert text.startswith(
        "# Hand-over of 2026-01-05 15:00 UTC\n\n🔴 Hand-over: 1 of 2 SIMs is still open"
    )
    assert "| pump-7 | online | offline |" in text
    assert "## pump-7" in text
    assert "- Then (2026-01-05 13:00 UTC): pump-7 is online, T-Mobile USA, LTE" in text
    assert "Critical · Flapping." in text
    assert "→ Check its antenna." in text
    assert "- Changed since: State: online → offline" in text
    assert "- Changed since: nothing that is known" in text
    assert "## Open watches\n\n- pump-7 until it is online, ends 2026-01-05 16:00 UTC" in text


def test_the_file_says_what_was_not_read():
    """Nothing is said of its state; the file is named after the moment."""
    seen = [LookedUp(NOW, "U1", snapshot_of(numbered(1)))]

    text = written(hand_over(seen, {numbered(1).sim.sid: KoreUnavailable()}, NOW))

    assert "| pump-1 | online | not read |" in text
    assert "- Now: not read. " in text

    file = handover_file(handed_over(numbered(1)), [])

    assert "hand-over-2026-01-05-1500.md" == file.name
    assert "Hand-over of 1 SIM" == file.title


@given(REPORTS, st.sampled_from(RUNGS))
def test_any_report_fits_and_can_be_written(report, refused):
    """Whatever KORE says and the workspace knows, Slack takes it; each heading is one of ours."""
    handed = handed_over(report, numbered(8))
    headings = [line for line in written(handed).splitlines() if line.startswith("#")]

    assert [] == faults(handover_screen(handed, [a_watch()]).without(refused))
    assert 3 == len(headings)


def test_nothing_in_a_name_means_anything_to_markdown():
    """No link, no heading, no table cell comes out of data."""
    for name in HOSTILE:
        plain = re.sub(r"\\.", "", escape_markdown(name))
        assert [] == [mark for mark in "\\`*_[]<>|#~\n" if mark in plain]
