"""The card of a watch, the list of them, and the notices that mention who asked."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import ids
from bot.blocks.watch import (
    MOST,
    NAMED,
    begun_screen,
    list_screen,
    stopped_screen,
    watch_card,
    watch_notice,
)
from bot.sessions.snapshot import FindingBrief, snapshot_of
from bot.slack.posting import ALL_BLOCKS
from bot.struct import replace
from bot.watches.transitions import notable_changes
from bot.watches.watch import Condition, Ending, Notice, NoticeKind, WatchOwner
from tests.bot.blocks.reports import HOSTILE, REPORTS, faults, words
from tests.bot.watches.watch_builders import ANA, HOUR, MINUTE, NOON, a_snapshot, a_watch

NOW = NOON + MINUTE
ENDED = {"ended_at": NOW, "ended_by": "U0BEN0002"}


def said(watch, **more):
    """Return all that a reader of the card sees."""
    return "\n".join(words(watch_card(watch, NOW, **more).blocks)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "👁 Watching *pump-7* for <@U0ANA0001> until it is online, at most until <!"),
        ({"condition": Condition.OFFLINE}, "until it goes offline"),
        ({"condition": Condition.CHANGES}, "until it changes"),
        ({}, "🔴 Last seen <!date^"),
        ({"notified_at": NOON}, " · offline, checked <!date^"),
        ({"latest": a_snapshot("online")}, "🟢 Telcel, LTE, since <!date^"),
        ({"latest": a_snapshot("stale")}, " · no update for 3 h, checked <!date^"),
        ({"latest": a_snapshot("stale")}, "🟠 Its session on Telcel, LTE is open, last"),
        ({"latest": a_snapshot("blocked", status="suspended")}, "· SIM suspended, checked <!date^"),
        ({"latest": a_snapshot("unknown")}, "· unknown, checked <!date^"),
        (
            {"latest": a_snapshot("never_seen", seen_at=None)},
            "⚫ It has had no connection in 30 days",
        ),
        (
            {"latest": a_snapshot("offline", operator=None, network=None, radio=None)},
            " on an unknown operator, radio link unknown",
        ),
        ({}, "(in 1 h 59 min)"),
        ({"ends_at": NOW + 2 * HOUR - timedelta(seconds=1)}, "(in 2 h)"),
        ({}, " · still offline, checked <!date^"),
        ({}, "I'll ping you when it is online"),
        ({"condition": Condition.OFFLINE}, "I'll ping you if it is offline for more than 2 min"),
        (
            {"condition": Condition.CHANGES},
            "I'll ping you if it is offline for over 2 min, or changes",
        ),
        (
            {"unreachable_since": NOON, "unreachable_reason": "KORE has not answered for 40 s."},
            "⚠️ I have not been able to read it since <!date^",
        ),
        (
            ENDED | {"ending": Ending.REACHED, "latest": a_snapshot("online")},
            "👁 Watched *pump-7* for <@U0ANA0001>: it is online. Watch ended <!date^",
        ),
        (ENDED | {"ending": Ending.REACHED, "condition": Condition.CHANGES}, "it changed. Watch"),
        (ENDED | {"ending": Ending.EXPIRED}, "time is up. Watch ended <!date^"),
        (
            ENDED | {"ending": Ending.UNREPORTED},
            "I could not post that it ended. Watch ended <!date^",
        ),
        (ENDED | {"ending": Ending.STOPPED}, "stopped by <@U0BEN0002> at <!date^"),
        (ENDED | {"ending": Ending.REVOKED}, "may no longer ask here"),
    ],
)
def test_a_card_says_what_is_watched_and_how_it_is(changed, expected):
    """Whom it is for, what is waited for, the state and since when, its end and its age."""
    assert expected in said(replace(a_watch(), **changed))


def test_a_card_elsewhere_and_its_button():
    """As a direct message it names the channel; the button carries the watch and is read out."""
    assert "I cannot post in <#C0FLEETOP>, so this card is here" in said(a_watch(), away=True)
    assert "I cannot post" not in said(a_watch())

    stop = watch_card(a_watch(), NOW).blocks[0]["accessory"]

    assert ids.StopWatch(id="w1") == ids.StopWatch.from_value(stop["value"])
    assert ids.STOP_WATCH == stop["action_id"]
    assert "Stop watching pump-7" == stop["accessibility_label"]


@pytest.mark.parametrize("ending", Ending)
def test_an_ended_watch_has_no_button(ending):
    """There is nothing left to stop, and nothing to come."""
    drawn = watch_card(replace(a_watch(), ending=ending, **ENDED), NOW)

    assert not any("accessory" in block for block in drawn.blocks)
    assert "at most until" not in "\n".join(words(drawn.blocks))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_cannot_speak_to_slack(name):
    """Whatever a SIM is called, Slack takes the card and is told nothing by the name."""
    drawn = watch_card(a_watch(name=name, reported=a_snapshot(name=name)), NOW)

    assert [] == faults(drawn)
    assert "<!channel>" not in drawn.text
    assert "<!channel>" not in "".join(words(drawn.blocks))


def many(number):
    return [replace(a_watch(name=f"pump-{n}"), id=f"w{n}") for n in range(number)]


def read(screen):
    return "\n".join(words(screen.blocks)).replace("\u00a0", " ")


OLD = a_watch(read_at=NOON - 17 * MINUTE)


@pytest.mark.parametrize(
    ("screen", "expected"),
    [
        (
            begun_screen([a_watch()], 0, NOON),
            "👁 Watching *pump-7* until it is online, at most until",
        ),
        (begun_screen([a_watch()], 0, NOON), "(in 2 h); now 🔴 offline."),
        (begun_screen([a_watch(read_at=NOON - MINUTE)], 0, NOON), "(in 2 h); now 🔴 offline."),
        (begun_screen([OLD], 0, NOON), "(in 2 h); 🔴 offline as of <!date^"),
        (begun_screen([OLD], 0, NOON), ", when I last could read it."),
        (list_screen([OLD], [], NOON), "🔴 offline as of <!date^"),
        (begun_screen([a_watch()], 0, NOON), "A card follows here, or in your DMs"),
        (begun_screen([a_watch()], 0, NOON), "I'll ping you there."),
        (
            begun_screen(many(3), 0, NOON),
            "you there once: when all are back, or time is up.",
        ),
        (begun_screen([a_watch()], 1, NOON), "You were already watching it here"),
        (begun_screen(many(3), 0, NOON), "👁 Watching 3 SIMs on one card, at most until <!date^"),
        (begun_screen(many(3), 0, NOON), "(in 2 h): pump-0, pump-1, pump-2."),
        (begun_screen(many(3), 2, NOON), "2 of them; those keep their own card."),
        (begun_screen(many(3), 1, NOON), "1 of them; that one keeps its own card."),
        (begun_screen(many(1), 0, NOON, ["KORE is away."]), "⚠️ KORE is away."),
        (begun_screen(many(1), 0, NOON, ["One.", "Two.", "One."]), "⚠️ One.\n⚠️ Two."),
        (begun_screen(many(1), 0, NOON, list("abcde")), "⚠️ c\nand 2 more"),
        (list_screen([], [], NOON), "You are not watching any SIM."),
        (list_screen([], many(2), NOON), "Others are watching 2 SIMs in this channel."),
        (list_screen(many(2), many(3), NOON), "You are watching 2 SIMs."),
        (list_screen(many(2), many(3), NOON), "Others are watching 1 SIM in this channel."),
        (list_screen(many(2), [], NOON), "🔴 offline · *pump-0* until it is online, ends <!date^"),
        (list_screen(many(2), [], NOON), "<#C0FLEETOP>"),
        (list_screen([a_watch(owner=WatchOwner(ANA, "D0ANA0001"))], [], NOON), "in a DM"),
        (list_screen(many(MOST + 2), [], NOON), "2 more are not shown."),
        (stopped_screen(many(2)), "Stopped watching pump-0, pump-1."),
        (stopped_screen(many(NAMED + 1)), "and 1 more."),
        (stopped_screen(many(2) * 3), "Stopped watching pump-0, pump-1."),
    ],
)
def test_the_answers_say_what_is_watched(screen, expected):
    """What, until when, how it is now, where it is told, and what was left out."""
    assert expected in read(screen)
    assert [] == faults(screen)


def test_each_watch_of_the_list_can_be_stopped():
    """Beside each row stands its own Stop button, with an id of its own."""
    blocks = list_screen(many(3), [], NOON).blocks
    stops = [block["accessory"] for block in blocks if "accessory" in block]

    watched = [ids.StopWatch.from_value(each["value"]).id for each in stops]
    assert ["w0", "w1", "w2"] == watched
    assert 3 == len({each["action_id"] for each in stops})


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_data(name):
    """Whatever SIMs are called, Slack takes each answer, and is told nothing by a name."""
    watches = [a_watch(name=name)] * 2
    for screen in (
        begun_screen(watches, 0, NOON),
        list_screen(watches, [], NOON),
        stopped_screen(watches),
    ):
        assert [] == [fault for fault in faults(screen) if "action_id" not in fault]
        assert "<!channel>" not in screen.text + read(screen)


OFF, ON = a_snapshot("offline"), a_snapshot("online")
LATER = NOON + 2 * HOUR


def a_notice(kind=NoticeKind.REACHED, before=OFF, after=ON, **changes):
    return Notice(kind, 1, before, after, **({"at": LATER} | changes))


def noticed(notice, **changes):
    """Return the notice's own sentence, as blocks."""
    drawn = watch_notice(a_watch(**changes), notice, notable_changes(notice.before, notice.after))
    return "\n".join(words(drawn.blocks)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("notice", "expected"),
    [
        (a_notice(), "✅ <@U0ANA0001> *pump-7 is back online*: Telcel, LTE, since <!date^"),
        (a_notice(), ", after 3 h. First packets: ↑ 12 ↓ 15. Watch ended."),
        (
            a_notice(after=a_snapshot("online", packets_up=None, packets_down=None)),
            "Packets unknown.",
        ),
        (a_notice(after=a_snapshot("online", packets_up=0, packets_down=0)), "No packets yet."),
        (a_notice(before=a_snapshot("never_seen")), "*pump-7 is online*: "),
        (
            a_notice(before=ON, after=OFF),
            "🔴 <@U0ANA0001> *pump-7 is now offline*: last seen <!date^",
        ),
        (
            a_notice(before=ON, after=replace(ON, operator="Movistar", network="334-030")),
            "✅ <@U0ANA0001> *pump-7 is still online*: Movistar, LTE",
        ),
        (
            a_notice(before=ON, after=replace(ON, operator="Movistar", network="334-030")),
            "• Operator: Telcel → Movistar",
        ),
        (
            a_notice(NoticeKind.CHANGED, OFF, a_snapshot("blocked", status="suspended")),
            "*pump-7 is now suspended*: it cannot connect. Still watching until it is",
        ),
        (a_notice(unreported=1), "Its state changed 1 time in between."),
        (a_notice(unreported=4), "Its state changed 4 times in between."),
        (
            a_notice(NoticeKind.EXPIRED, OFF, OFF),
            "⏱ <@U0ANA0001> *pump-7 is still offline*: last seen <!date^",
        ),
        (a_notice(NoticeKind.EXPIRED, OFF, OFF), ". Watch ended after 2 h."),
        (a_notice(NoticeKind.EXPIRED, OFF, OFF, at=LATER + HOUR), "while I was not running."),
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
    """Whom it is for, how the SIM is now, how long away, what else changed, what comes next."""
    assert expected in noticed(notice)


@pytest.mark.parametrize(
    ("notice", "unexpected"),
    [
        (a_notice(), "in between"),
        (a_notice(), "Still watching"),
        (a_notice(after=a_snapshot("online", since=None)), "after "),
        (a_notice(before=a_snapshot("offline", seen_at=None)), "after "),
        (a_notice(before=ON, after=OFF), "packets"),
        (a_notice(NoticeKind.EXPIRED, OFF, OFF), "not running"),
        (a_notice(NoticeKind.REVOKED, OFF, ON, reason="No."), "Telcel"),
        (a_notice(), "•"),
    ],
)
def test_a_notice_says_nothing_that_is_not_so(notice, unexpected):
    """What did not happen, is not known, or may not be seen is not noticed."""
    assert unexpected not in noticed(notice)


def test_what_a_notice_knows():
    """Where KORE was away it says since when, not how the SIM is; changed findings have lines."""
    blind = {"unreachable_since": NOON, "unreachable_reason": "KORE has not answered for 40 s."}
    words_ = noticed(a_notice(NoticeKind.EXPIRED, OFF, OFF), **blind)

    assert "I have not been able to read *pump-7* since <!date^" in words_
    assert "KORE has not answered for 40 s." in words_
    assert "still offline" not in words_

    swapped = FindingBrief("imei_changed", "critical", "The SIM moved")
    flaps = FindingBrief("flapping", "warning", "Flapping")
    before, after = replace(ON, findings=(flaps,)), replace(ON, findings=(swapped,))

    words_ = noticed(a_notice(before=before, after=after))

    assert "• New finding: The SIM moved\n• Finding gone: Flapping" in words_


@pytest.mark.parametrize(
    ("severity", "sign"), [("critical", "🔴"), ("warning", "🟠"), ("info", "✅")]
)
def test_no_green_tick_stands_above_a_new_fault(severity, sign):
    """What was found since gives its sign to a SIM that is online; what stood before does not."""
    found = FindingBrief("imei_changed", severity, "The SIM moved")
    after = replace(ON, findings=(found,))

    assert noticed(a_notice(before=ON, after=after)).startswith(sign)
    assert noticed(a_notice(before=after, after=after)).startswith("✅")


def test_the_notification_reads_without_marks():
    """The text of the message is a whole sentence, in UTC and without bold."""
    drawn = watch_notice(a_watch(), a_notice(), ())

    assert drawn.text.startswith("✅ <@U0ANA0001> pump-7 is back online: Telcel, LTE, since 20")
    assert "*" not in drawn.text


@settings(max_examples=60)
@given(
    st.tuples(REPORTS, REPORTS),
    st.sampled_from(NoticeKind),
    st.sampled_from(Condition),
    st.sampled_from([None, *Ending]),
    st.booleans(),
    st.text(max_size=300),
)
def test_any_card_and_notice_are_taken(reports, kind, goal, ending, away, why):  # noqa: PLR0913, PLR0917 -- what they know
    """Whatever was and is, Slack takes the card and the notice, with blocks and as text alone."""
    before, now = map(snapshot_of, reports)
    notice = a_notice(kind, before, now, reason=why, unreported=3)
    watch = a_watch(name=before.name, condition=goal, ends_at=NOON + MINUTE + timedelta(days=1))
    told = {"latest": before, "ending": ending, "ended_at": ending and NOW}
    card = watch_card(a_watch(name=before.name, condition=goal, **told), NOW, away=away)
    for drawn in (watch_notice(watch, notice, notable_changes(before, now)), card):
        plain = drawn.without(ALL_BLOCKS)

        assert [] == faults(drawn)
        assert ([], []) == (faults(plain), plain.blocks)
