"""The replies of a watch that mention who asked."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.screen import ALL_BLOCKS
from bot.blocks.watch import watch_notice
from bot.sessions.snapshot import Found, snapshot_of
from bot.watches.transitions import notable_changes
from bot.watches.watch import Condition, Notice, NoticeKind
from tests.bot.blocks.reports import REPORTS, faults, words
from tests.bot.watches.watching import HOUR, MINUTE, NOON, a_snapshot, a_watch

OFF, ON = a_snapshot("offline"), a_snapshot("online")
LATER = NOON + 2 * HOUR


def a_notice(kind=NoticeKind.REACHED, before=OFF, after=ON, **changes):
    return Notice(kind, 1, before, after, **({"at": LATER} | changes))


def said(notice, **changes):
    """Return the notice's own sentence, as blocks."""
    drawn = watch_notice(a_watch(**changes), notice, notable_changes(notice.before, notice.after))
    return "\n".join(words(drawn.blocks))


@pytest.mark.parametrize(
    ("notice", "expected"),
    [
        (a_notice(), "✅ <@U0ANA0001> *pump-7 is back online* — Telcel on LTE since <!date^"),
        (a_notice(), ", after 3 h. First packets: 12 packets up, 15 down."),
        (
            a_notice(after=a_snapshot("online", packets_up=None, packets_down=None)),
            "First packets: packets unknown.",
        ),
        (a_notice(after=a_snapshot("online", packets_up=0, packets_down=0)), "No packets yet."),
        (a_notice(before=a_snapshot("never_seen")), "*pump-7 is online* — "),
        (
            a_notice(before=ON, after=OFF),
            "🔴 <@U0ANA0001> *pump-7 is now offline* — last seen on Telcel on LTE, until <!date^",
        ),
        (
            a_notice(before=ON, after=replace(ON, operator="Movistar", network="334-030")),
            "✅ <@U0ANA0001> *pump-7 is still online* — Movistar on LTE",
        ),
        (
            a_notice(before=ON, after=replace(ON, operator="Movistar", network="334-030")),
            "• Operator: Telcel → Movistar",
        ),
        (
            a_notice(NoticeKind.CHANGED, OFF, a_snapshot("blocked", status="suspended")),
            "*pump-7 is now blocked* — its SIM status is suspended. I go on watching until it is",
        ),
        (a_notice(unreported=1), "Its state turned 1 time in between."),
        (a_notice(unreported=4), "Its state turned 4 times in between."),
        (
            a_notice(NoticeKind.EXPIRED, OFF, OFF),
            "⏱ <@U0ANA0001> The watch on *pump-7* is over, after 2 h. It is still offline — last",
        ),
        (
            a_notice(NoticeKind.EXPIRED, OFF, OFF, at=LATER + HOUR),
            "while I was not running. It is still offline",
        ),
        (
            a_notice(NoticeKind.STOPPED, OFF, OFF, reason="U0BEN0002"),
            "⏱ <@U0ANA0001> <@U0BEN0002> stopped the watch on *pump-7*. It is still offline",
        ),
        (
            a_notice(NoticeKind.REVOKED, OFF, OFF, reason="You are not on my list."),
            "🚫 <@U0ANA0001> I stopped watching *pump-7*: You are not on my list.",
        ),
    ],
)
def test_a_notice_says_what_changed(notice, expected):
    """
    Whom it is for, how the SIM is now, how long it was away, what else changed, what comes next.
    """
    assert expected in said(notice)


@pytest.mark.parametrize(
    ("notice", "unexpected"),
    [
        (a_notice(), "in between"),
        (a_notice(), "go on watching"),
        (a_notice(after=a_snapshot("online", since=None)), "after "),
        (a_notice(before=a_snapshot("offline", seen_at=None)), "after "),
        (a_notice(before=ON, after=OFF), "packets"),
        (a_notice(NoticeKind.EXPIRED, OFF, OFF), "not running"),
        (a_notice(NoticeKind.REVOKED, OFF, ON, reason="No."), "Telcel"),
        (a_notice(), "•"),
    ],
)
def test_a_notice_says_nothing_that_is_not_so(notice, unexpected):
    """
    What did not happen, is not known, or may not be seen is not said.
    """
    assert unexpected not in said(notice)


def test_a_watch_that_ends_blind_says_since_when():
    """
    Where KORE was away at the end, the notice says that, and not how the SIM is.
    """
    blind = {"unreachable_since": NOON, "unreachable_reason": "KORE has not answered for 40 s."}
    words_ = said(a_notice(NoticeKind.EXPIRED, OFF, OFF), **blind)

    assert "I could not read it since <!date^" in words_
    assert "KORE has not answered for 40 s." in words_
    assert "still offline" not in words_


def test_findings_that_came_and_went_are_named():
    """
    Each change has its line.
    """
    swapped = Found("imei_changed", "critical", "The SIM moved")
    flaps = Found("flapping", "warning", "Flapping")
    before, after = replace(ON, findings=(flaps,)), replace(ON, findings=(swapped,))

    words_ = said(a_notice(before=before, after=after))

    assert "• New finding: The SIM moved\n• Finding gone: Flapping" in words_


def test_the_notification_reads_without_marks():
    """
    The text of the message is a whole sentence, in UTC and without bold.
    """
    drawn = watch_notice(a_watch(), a_notice(), ())

    assert drawn.text.startswith("✅ <@U0ANA0001> pump-7 is back online — Telcel on LTE since 20")
    assert "*" not in drawn.text


@given(
    REPORTS, REPORTS, st.sampled_from(NoticeKind), st.sampled_from(Condition), st.text(max_size=300)
)
def test_any_notice_is_taken(one, other, kind, goal, why):
    """
    Whatever was and is, Slack takes the notice, with blocks and as text alone.
    """
    notice = a_notice(kind, snapshot_of(one), snapshot_of(other), reason=why, unreported=3)
    watch = a_watch(name=one.sim.name, condition=goal, ends_at=NOON + MINUTE + timedelta(days=1))
    changes = notable_changes(notice.before, notice.after)
    plain = watch_notice(watch, notice, changes).without(ALL_BLOCKS)

    assert [] == faults(watch_notice(watch, notice, changes))
    assert ([], []) == (faults(plain), plain.blocks)
