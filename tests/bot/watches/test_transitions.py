"""How a watch goes on after each look at its SIM."""

from dataclasses import replace
from itertools import pairwise

import pytest

from bot.diagnosis.state import State
from bot.sessions.snapshot import Found
from bot.watches.transitions import (
    APART,
    HOLD,
    QUIET,
    SLOW,
    due_in,
    face,
    judged,
    news,
    redraw_in,
    shut_out,
    stopped,
)
from bot.watches.watch import Condition, Ending, NoticeKind, Unreachable
from tests.bot.watches.watching import ANA, HOUR, MINUTE, NOON, a_card, a_snapshot, a_watch

SWAPPED = Found("imei_changed", "critical", "The SIM moved")


def run(watch, *looks):
    """Judge look after look, given as (minutes after noon, state or snapshot); give all notices."""
    told = []
    for minutes, seen in looks:
        now = NOON + minutes * MINUTE
        fresh = {"since": now, "seen_at": now, "as_of": now}
        look = a_snapshot(seen, **fresh) if isinstance(seen, str) else seen
        watch, notice = judged(watch, look, now)
        told += [notice] if notice else []
        if watch.ended:
            break
    return watch, told


def kinds(notices):
    return [
        (notice.kind.value, notice.before.state.value, notice.after.state.value)
        for notice in notices
    ]


@pytest.mark.parametrize("before", ["offline", "stale", "never_seen", "blocked", "not_activated"])
def test_coming_online_is_told_at_once(before):
    """
    A watch until online ends with the first look that finds it so.
    """
    watch, told = run(a_watch(before, goal=Condition.ONLINE), (1, "online"))

    assert [("reached", before, "online")] == kinds(told)
    assert (Ending.REACHED, NOON + MINUTE) == (watch.ending, watch.ended)


def test_going_offline_is_told_when_it_has_held():
    """
    A watch until offline waits for two minutes before it says so.
    """
    early, told = run(a_watch("online", goal=Condition.OFFLINE), (1, "offline"), (2, "offline"))
    late, told_late = run(early, (3, "offline"))

    assert (None, []) == (early.ended, told)
    assert (Ending.REACHED, [("reached", "online", "offline")]) == (late.ending, kinds(told_late))


def test_what_ended_long_ago_has_held():
    """
    Where KORE says that the session ended minutes ago there is nothing more to wait for.
    """
    gone = a_snapshot("offline", seen_at=NOON - 5 * MINUTE)

    _, told = run(a_watch("online", goal=Condition.OFFLINE), (1, gone))

    assert ["reached"] == [notice.kind for notice in told]


def test_what_is_called_stale_was_silent_for_long():
    """
    An open session without news is told at once: it is called stale after an hour only.
    """
    _, told = run(a_watch("online", goal=Condition.OFFLINE), (1, "stale"))

    assert [("reached", "online", "stale")] == kinds(told)


def test_a_device_that_only_reconnects_wakes_nobody():
    """
    Offline in one look and online in the next is no turn, whatever is waited for.
    """
    looks = [(1, "offline"), (2, "online"), (3, "offline"), (4, "online")]

    for goal in (Condition.OFFLINE, Condition.CHANGES):
        watch, told = run(a_watch("online", goal=goal), *looks)

        assert (None, [], 4) == (watch.ended, told, watch.untold)


def test_what_was_not_told_is_counted_in_the_next_notice():
    """
    The notice says how often the state turned in between.
    """
    looks = [(1, "offline"), (2, "online"), (3, "offline"), (6, "offline")]

    _, told = run(a_watch("online", goal=Condition.OFFLINE), *looks)

    assert [2] == [notice.untold for notice in told]


@pytest.mark.parametrize(
    "seen",
    [
        Unreachable("KORE has not answered."),
        a_snapshot("online", stale=True),
        a_snapshot("unknown"),
    ],
    ids=["blind", "stale answer", "unknown"],
)
@pytest.mark.parametrize("goal", Condition)
def test_nothing_is_made_of_what_is_not_known(goal, seen):
    """
    A KORE that is away, a stale answer and an unknown state tell nothing, for however long.
    """
    for before in ("online", "offline"):
        watch, told = run(a_watch(before, goal=goal), *((m, seen) for m in range(1, 100)))

        assert (None, [], 0) == (watch.ended, told, watch.untold)


def test_blindness_is_noted_from_its_beginning():
    """
    The watch knows since when and why it sees nothing, and what it saw before.
    """
    watch, _ = run(a_watch(), (1, Unreachable("first")), (2, Unreachable("then")))

    assert (NOON + MINUTE, "then") == (watch.blind, watch.blind_why)
    assert (NOON, State.OFFLINE) == (watch.checked, watch.latest.state)


def test_blindness_ends_with_the_first_answer():
    """
    When KORE is back the watch goes on where it was.
    """
    watch, told = run(a_watch(), (1, Unreachable("away")), (2, "offline"), (3, "online"))

    assert (None, None) == (watch.blind, watch.blind_why)
    assert ["reached"] == [notice.kind for notice in told]


def test_a_turn_that_is_not_waited_for_is_told_and_the_watch_goes_on():
    """
    Waiting for online, a change between other states is worth a word once it has held.
    """
    watch, told = run(a_watch("offline"), (1, "blocked"), (3, "blocked"))

    assert [("changed", "offline", "blocked")] == kinds(told)
    assert (None, State.BLOCKED, 1) == (watch.ended, watch.noticed.state, watch.notices)


def test_a_flapping_sim_does_not_spam():
    """
    Of two hours of turning every three minutes a person hears every five minutes at most.
    """
    looks = [(minute, ("blocked", "offline")[minute // 3 % 2]) for minute in range(1, 119)]

    _, told = run(a_watch("offline"), *looks)
    moments = [notice.at for notice in told]

    assert 10 < len(moments) <= 24
    assert all(later - one >= QUIET for one, later in pairwise(moments))


def test_notices_are_numbered():
    """
    Each notice of a watch has its own key, so that each is told once.
    """
    looks = [(1, "blocked"), (4, "blocked"), (10, "offline"), (13, "offline"), (14, "online")]

    _, told = run(a_watch("offline"), *looks)

    assert ["watch:w1:1:changed", "watch:w1:2:changed", "watch:w1:3:reached"] == [
        notice.key("w1") for notice in told
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"operator": "T-Mobile USA", "network": "310-260"},
        {"country": "USA"},
        {"imei14": "35693803564380"},
        {"status": "suspended"},
        {"findings": (SWAPPED,)},
    ],
)
def test_a_watch_until_changes_ends_with_any_change_worth_a_word(changed):
    """
    Network, country, device, status and grave findings count, and the notice carries both sides.
    """
    watch = a_watch("online")
    after = replace(watch.latest, **changed)

    done, told = run(watch, (1, after))

    assert (Ending.REACHED, [(watch.latest, after)]) == (
        done.ending,
        [(notice.before, notice.after) for notice in told],
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"packets_up": 999},
        {"cell_id": "334-020-1-1"},
        {"findings": (Found("idle_session", "info", "Idle"),)},
        {"findings": (Found("healthy", "info", "Healthy"),)},
        {"imei14": None, "operator": None, "network": None},
    ],
)
def test_everyday_life_is_no_change(changed):
    """
    More packets, another cell, notes and what is not told any more end nothing.
    """
    watch = a_watch("online")

    done, told = run(watch, (1, replace(watch.latest, **changed)))

    assert (None, []) == (done.ended, told)


def test_what_was_unknown_at_first_is_learnt():
    """
    A device that shows its IMEI later is the one it was; another after that is a change.
    """
    start = a_snapshot("online", imei14=None)
    watch = a_watch("online", noticed=start, latest=start)
    first, second = a_snapshot("online"), a_snapshot("online", imei14="35693803564380")

    learnt, told = run(watch, (1, first))
    done, told_then = run(learnt, (2, second))

    assert [] == told
    assert ["new_imei"] == [change.kind for change in news(told_then[0].before, told_then[0].after)]
    assert Ending.REACHED is done.ending


def test_a_state_that_was_unknown_at_first_is_learnt():
    """
    A watch begun while the state was unknown takes the first known one as its start.
    """
    start = a_snapshot("unknown")
    watch = a_watch("offline", noticed=start, latest=start, goal=Condition.CHANGES)

    watch, told = run(watch, (1, "offline"), (5, "offline"))

    assert (None, [], State.OFFLINE) == (watch.ended, told, watch.noticed.state)


@pytest.mark.parametrize("seen", ["offline", Unreachable("away"), a_snapshot("unknown")])
def test_a_watch_ends_when_its_time_is_over(seen):
    """
    Whatever could be read, at its end a watch says so, once.
    """
    watch, told = run(a_watch(), (119, seen), (120, seen), (121, seen))

    assert (Ending.EXPIRED, ["expired"]) == (watch.ending, [notice.kind for notice in told])


def test_what_is_reached_at_the_last_look_is_reached():
    """
    A SIM that is back when a late look comes is told as back, not as given up.
    """
    _, told = run(a_watch(), (300, "online"))

    assert ["reached"] == [notice.kind for notice in told]


def test_who_may_not_ask_any_more_is_told_why():
    """
    The watch ends with the sentence that the gate says.
    """
    watch, notice = shut_out(a_watch(), "You are not on my list.", NOON)

    assert (Ending.SHUT_OUT, NoticeKind.SHUT_OUT) == (watch.ending, notice.kind)
    assert "You are not on my list." == notice.why


@pytest.mark.parametrize(("by", "expected"), [(ANA, None), ("U0BEN0001", NoticeKind.STOPPED)])
def test_only_what_somebody_else_stopped_is_told(by, expected):
    """
    Who stops their own watch knows it; another's act is told to the asker.
    """
    watch, notice = stopped(a_watch(), by, NOON)

    assert (Ending.STOPPED, by) == (watch.ending, watch.ended_by)
    assert expected is (notice and notice.kind)


def test_a_turn_is_looked_at_again_when_it_has_held():
    """
    While a turn waits to hold, the next look is due when it will have; otherwise at no given time.
    """
    turned, _ = run(a_watch("online", goal=Condition.OFFLINE), (1, "offline"))

    assert HOLD - MINUTE == due_in(turned, NOON + 2 * MINUTE)
    assert None is due_in(a_watch(), NOON + HOUR)


DRAWN = a_watch(card=a_card(face(a_watch())))


def seconds(watch, after, cards=1):
    wait = redraw_in(watch, NOON + after, cards)
    return None if wait is None else wait.total_seconds()


def test_a_card_that_does_not_stand_yet_is_due():
    """
    Before its first drawing a card is drawn at once.
    """
    assert 0 == seconds(a_watch(), MINUTE)


@pytest.mark.parametrize(
    "changed",
    [
        {"latest": a_snapshot("online")},
        {"latest": a_snapshot(operator="Movistar")},
        {"blind": NOON},
        {"goal": Condition.CHANGES},
        {"ends": NOON + 3 * HOUR},
        {"ended": NOON, "ending": Ending.REACHED},
    ],
)
def test_what_is_different_is_drawn_as_soon_as_slack_may_be_asked(changed):
    """
    Something else on it has it drawn anew, 45 s after the last time at the earliest.
    """
    watch = replace(DRAWN, **changed)

    assert (35, 0, 0) == (
        seconds(watch, APART - 35 * (APART / 45)),
        seconds(watch, APART),
        seconds(watch, HOUR),
    )


@pytest.mark.parametrize(
    "changed", [{}, {"latest": a_snapshot(packets_up=99)}, {"untold": 3}, {"turned": NOON}]
)
def test_what_does_not_show_is_not_drawn(changed):
    """
    Counters and what is only being waited for change nothing on a card.
    """
    assert None is seconds(replace(DRAWN, **changed), 2 * MINUTE)


def test_its_age_is_brought_up_to_date_slowly():
    """
    Every five minutes a card says when the SIM was read last.
    """
    read = replace(DRAWN, checked=NOON + 4 * MINUTE)

    assert (None, 0) == (seconds(read, SLOW - MINUTE), seconds(read, SLOW))


@pytest.mark.parametrize(
    "changed",
    [{"checked": NOON}, {"ended": NOON, "ending": None}, {"blind": NOON, "checked": NOON}],
)
def test_without_news_of_it_its_age_is_left(changed):
    """
    A card that has nothing newer to say, or is over, is not drawn for its age.
    """
    watch = replace(DRAWN, checked=NOON + MINUTE)
    watch = replace(watch, **changed)
    drawn = replace(watch, card=replace(watch.card, drawn=face(watch)))

    assert None is seconds(drawn, HOUR)


def test_the_more_cards_the_slower():
    """
    With 500 cards each is drawn for its age every 21 min, so that Slack's limit is kept.
    """
    read = replace(DRAWN, checked=NOON + 4 * MINUTE)

    assert (None, 0) == (seconds(read, 20 * MINUTE, 500), seconds(read, 21 * MINUTE, 500))
