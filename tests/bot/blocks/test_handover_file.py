"""The hand-over of a thread as a Markdown file."""

import re

from hypothesis import given

from bot.blocks.handover import handover_file, marked
from bot.diagnosis.state import State
from bot.kore.errors import KoreUnavailable
from bot.sessions.handover import LookedUp, hand_over
from bot.sessions.snapshot import snapshot_of
from tests.bot.blocks.reports import HOSTILE, NOW, REPORTS, a_finding
from tests.bot.blocks.test_handover import a_watch, handed_over, numbered


def written(handed, watches=()):
    return handover_file(handed, watches).content.decode()


def test_it_says_all_of_each_sim():
    """
    Then, now, findings with the next step, facts, changes, and the open watches.
    """
    down = numbered(7, state=State.OFFLINE, findings=(a_finding(),))

    text = written(handed_over(numbered(8), down), [a_watch()])

    assert text.startswith("# Hand-over of 2026-01-05 15:00 UTC\n\n🔴 Hand-over: 1 of 2 SIMs")
    assert "| pump-7 | online | offline |" in text
    assert "## pump-7" in text
    assert "- Then (2026-01-05 13:00 UTC): pump-7 is online, T-Mobile USA on LTE" in text
    assert "Critical · Flapping." in text
    assert "→ Check its antenna." in text
    assert "- Changed since: State: online → offline" in text
    assert "- Changed since: nothing that is known" in text
    assert "## Open watches\n\n- pump-7 until it is online, ends 2026-01-05 16:00 UTC" in text


def test_what_was_not_read_says_why():
    """
    And nothing is said of its state.
    """
    seen = [LookedUp(NOW, "U1", snapshot_of(numbered(1)))]

    text = written(hand_over(seen, {numbered(1).sim.sid: KoreUnavailable()}, NOW))

    assert "| pump-1 | online | not read |" in text
    assert "- Now: not read. " in text


def test_the_name_is_safe_on_any_disk():
    """
    The file is named after the moment.
    """
    file = handover_file(handed_over(numbered(1)), [])

    assert "hand-over-2026-01-05-1500.md" == file.name
    assert "Hand-over of 1 SIM" == file.title


@given(REPORTS)
def test_any_report_can_be_written(report):
    """
    Whatever KORE says, each heading is one of ours.
    """
    text = written(handed_over(report, numbered(8)))

    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert 3 == len(headings)


def test_nothing_in_a_name_means_anything_to_markdown():
    """
    No link, no heading, no table cell comes out of data.
    """
    for name in HOSTILE:
        plain = re.sub(r"\\.", "", marked(name))
        assert [] == [mark for mark in "\\`*_[]<>|#~\n" if mark in plain]
