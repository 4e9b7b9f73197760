"""How a watch goes on after each reading of its SIM, when its card is due, what is redacted."""

from itertools import pairwise

import pytest

from bot.diagnosis.evidence import State
from bot.sessions.redaction import REDACTED
from bot.sessions.snapshot import FindingBrief
from bot.struct import replace
from bot.watches.transitions import (
    CARD_AGE,
    CARD_INTERVAL,
    HOLD,
    QUIET,
    advance,
    card_due_in,
    card_fingerprint,
    confirms_in,
    notable_changes,
    redacted_changes,
    redacted_notice,
    redacted_watch,
    revoke,
    stop,
)
from bot.watches.watch import Condition, Ending, Notice, NoticeKind, Unreachable
from tests.bot.watches.watch_builders import ANA, HOUR, MINUTE, NOON, a_card, a_snapshot, a_watch
from tests.builders import ICCID

SWAPPED = FindingBrief("imei_changed", "critical", "The SIM moved")
UNKNOWN = [Unreachable("KORE is away."), a_snapshot("online", stale=True), a_snapshot("unknown")]


def run(watch, *readings):
    """Take readings, given as (minutes after noon, state or snapshot); return all notices."""
    notices = []
    for minutes, what in readings:
        now = NOON + minutes * MINUTE
        fresh = {"since": now, "seen_at": now, "as_of": now}
        reading = a_snapshot(what, **fresh) if isinstance(what, str) else what
        watch, notice = advance(watch, reading, now)
        notices += [notice] if notice else []
        if watch.ended_at:
            break
    return watch, notices


def kinds(notices):
    return [(each.kind.value, each.before.state.value, each.after.state.value) for each in notices]


def until_offline():
    return a_watch("online", condition=Condition.OFFLINE)


@pytest.mark.parametrize("minutes", [1, 300], ids=["in time", "late"])
@pytest.mark.parametrize("before", ["offline", "stale", "never_seen", "blocked", "not_activated"])
def test_coming_online_is_reported_at_once(before, minutes):
    """A watch until online ends so with the first reading that finds it, however late that is."""
    watch, notices = run(a_watch(before, condition=Condition.ONLINE), (minutes, "online"))

    assert [("reached", before, "online")] == kinds(notices)
    assert (Ending.REACHED, NOON + minutes * MINUTE) == (watch.ending, watch.ended_at)


def test_going_offline_is_reported_when_it_has_held():
    """A watch until offline waits for two minutes before it says so."""
    early, none = run(until_offline(), (1, "offline"), (2, "offline"))
    late, notices = run(early, (3, "offline"))

    assert (None, []) == (early.ended_at, none)
    assert (Ending.REACHED, [("reached", "online", "offline")]) == (late.ending, kinds(notices))


@pytest.mark.parametrize("reading", [a_snapshot(seen_at=NOON - 5 * MINUTE), "stale"])
def test_what_began_long_ago_has_held(reading):
    """A session that ended minutes ago, or is open and silent for an hour, is reported at once."""
    _, notices = run(until_offline(), (1, reading))

    assert ["reached"] == [notice.kind for notice in notices]


@pytest.mark.parametrize("condition", [Condition.OFFLINE, Condition.CHANGES])
def test_a_device_that_only_reconnects_wakes_nobody(condition):
    """Offline in one reading and online in the next is not reported, whatever is waited for."""
    readings = [(1, "offline"), (2, "online"), (3, "offline"), (4, "online")]

    watch, notices = run(a_watch("online", condition=condition), *readings)

    assert (None, [], 4) == (watch.ended_at, notices, watch.unreported)


def test_changes_without_a_notice_are_counted_in_the_next_one():
    """The notice says how often the state changed in between."""
    readings = [(1, "offline"), (2, "online"), (3, "offline"), (6, "offline")]

    _, notices = run(until_offline(), *readings)

    assert [2] == [notice.unreported for notice in notices]


@pytest.mark.parametrize("reading", UNKNOWN, ids=["unreachable", "stale answer", "unknown"])
@pytest.mark.parametrize("condition", Condition)
def test_nothing_is_made_of_what_is_not_known(condition, reading):
    """An unreachable KORE, a stale answer and an unknown state report nothing, for however long."""
    for before in ("online", "offline"):
        readings = ((minute, reading) for minute in range(1, 100))
        watch, notices = run(a_watch(before, condition=condition), *readings)

        assert (None, [], 0) == (watch.ended_at, notices, watch.unreported)


def test_an_unreachable_kore_is_recorded_from_its_beginning():
    """The watch knows since when and why, keeps what it read before, and goes on with an answer."""
    lost, _ = run(a_watch(), (1, Unreachable("first")), (2, Unreachable("then")))
    back, notices = run(lost, (3, "offline"), (4, "online"))

    assert (NOON + MINUTE, "then") == (lost.unreachable_since, lost.unreachable_reason)
    assert (NOON, State.OFFLINE) == (lost.read_at, lost.latest.state)
    assert (None, None) == (back.unreachable_since, back.unreachable_reason)
    assert ["reached"] == [notice.kind for notice in notices]


def test_a_sim_was_not_read_before_what_is_told_of_it():
    """It is asked for, waits in the queue, and is answered with what happened meanwhile."""
    begun, asked = NOON + 2 * MINUTE, NOON + MINUTE
    read = [
        advance(a_watch(), a_snapshot("online", as_of=asked, since=begun, seen_at=begun), now)[0]
        for now in (NOON + 3 * MINUTE, NOON + 1.5 * MINUTE)
    ]

    assert [begun, NOON + 1.5 * MINUTE] == [watch.read_at for watch in read]


def test_a_change_that_is_not_waited_for_is_reported_and_the_watch_goes_on():
    """Waiting for online, a change between other states is notable once it has held."""
    watch, notices = run(a_watch("offline"), (1, "blocked"), (3, "blocked"))

    assert [("changed", "offline", "blocked")] == kinds(notices)
    assert (None, State.BLOCKED, 1) == (watch.ended_at, watch.reported.state, watch.notice_count)


def test_a_flapping_sim_does_not_spam():
    """In two hours of a change every three minutes a person gets a notice every five at most."""
    readings = [(minute, ("blocked", "offline")[minute // 3 % 2]) for minute in range(1, 119)]

    _, notices = run(a_watch("offline"), *readings)
    moments = [notice.at for notice in notices]

    assert 10 < len(moments) <= 24
    assert all(later - one >= QUIET for one, later in pairwise(moments))


def test_notices_are_numbered():
    """Each notice of a watch has its own key, so that each is sent once."""
    readings = [(1, "blocked"), (4, "blocked"), (10, "offline"), (13, "offline"), (14, "online")]

    _, notices = run(a_watch("offline"), *readings)

    keys = ["watch:w1:1:changed", "watch:w1:2:changed", "watch:w1:3:reached"]
    assert keys == [notice.key("w1") for notice in notices]


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
def test_a_watch_until_changes_ends_with_any_notable_change(changed):
    """Network, country, device, status and grave findings do, and the notice carries both sides."""
    watch = a_watch("online")
    after = replace(watch.latest, **changed)

    done, (notice,) = run(watch, (1, after))

    assert (Ending.REACHED, watch.latest, after) == (done.ending, notice.before, notice.after)


@pytest.mark.parametrize(
    "changed",
    [
        {"packets_up": 999},
        {"cell_id": "334-020-1-1"},
        {"findings": (FindingBrief("idle_session", "info", "Idle"),)},
        {"findings": (FindingBrief("healthy", "info", "Healthy"),)},
        {"imei14": None, "operator": None, "network": None},
    ],
)
def test_everyday_life_is_no_change(changed):
    """More packets, another cell, notes and what is not known any more end nothing."""
    watch = a_watch("online")

    done, notices = run(watch, (1, replace(watch.latest, **changed)))

    assert (None, []) == (done.ended_at, notices)


def test_what_was_unknown_at_first_is_backfilled():
    """A device that shows its IMEI later is the one it was; another after that is a change."""
    start = a_snapshot("online", imei14=None)
    other = a_snapshot("online", imei14="35693803564380")

    watch, none = run(a_watch("online", reported=start, latest=start), (1, a_snapshot("online")))
    done, (notice,) = run(watch, (2, other))

    assert ([], Ending.REACHED) == (none, done.ending)
    assert ["new_imei"] == [change.kind for change in notable_changes(notice.before, notice.after)]


def test_a_state_that_was_unknown_at_first_is_backfilled():
    """A watch begun while the state was unknown takes the first known one as its start."""
    start = a_snapshot("unknown")
    watch = a_watch("offline", reported=start, latest=start, condition=Condition.CHANGES)

    watch, notices = run(watch, (1, "offline"), (5, "offline"))

    assert (None, [], State.OFFLINE) == (watch.ended_at, notices, watch.reported.state)


@pytest.mark.parametrize("reading", ["offline", Unreachable("away"), a_snapshot("unknown")])
def test_a_watch_ends_when_its_time_is_over(reading):
    """Whatever could be read, at its end a watch says so, once."""
    watch, notices = run(a_watch(), (119, reading), (120, reading), (121, reading))

    assert (Ending.EXPIRED, ["expired"]) == (watch.ending, [notice.kind for notice in notices])


def test_an_owner_who_may_not_ask_any_more_reads_why():
    """The watch ends with the sentence of the refusal."""
    watch, notice = revoke(a_watch(), "You are not on my list.", NOON)

    assert (Ending.REVOKED, NoticeKind.REVOKED) == (watch.ending, notice.kind)
    assert "You are not on my list." == notice.reason


@pytest.mark.parametrize(("by", "expected"), [(ANA, None), ("U0BEN0001", NoticeKind.STOPPED)])
def test_only_what_somebody_else_stopped_is_reported(by, expected):
    """Who stops their own watch knows it; another's act is reported to the owner."""
    watch, notice = stop(a_watch(), by, NOON)

    assert (Ending.STOPPED, by) == (watch.ending, watch.ended_by)
    assert expected is (notice and notice.kind)


def test_a_change_is_confirmed_when_it_has_held():
    """While a change waits to hold, the next poll is due when it will have; else it is not."""
    changed, _ = run(until_offline(), (1, "offline"))

    assert HOLD - MINUTE == confirms_in(changed, NOON + 2 * MINUTE)
    assert None is confirms_in(a_watch(), NOON + HOUR)


DRAWN = a_watch(card=a_card(card_fingerprint(a_watch())))
READ = replace(DRAWN, read_at=NOON + 4 * MINUTE)


def seconds(watch, after, cards=1):
    wait = card_due_in(watch, NOON + after, cards)
    return None if wait is None else wait.total_seconds()


def redrawn(**changed):
    watch = replace(DRAWN, **({"read_at": NOON + MINUTE} | changed))
    return replace(watch, card=replace(watch.card, fingerprint=card_fingerprint(watch)))


@pytest.mark.parametrize(
    "changed",
    [
        {"latest": a_snapshot("online")},
        {"latest": a_snapshot(operator="Movistar")},
        {"unreachable_since": NOON},
        {"condition": Condition.CHANGES},
        {"ends_at": NOON + 3 * HOUR},
    ],
)
def test_what_is_different_is_drawn_as_soon_as_slack_may_be_asked(changed):
    """Something else on it has it drawn anew, 45 s after the last time at the earliest."""
    watch = replace(DRAWN, **changed)

    assert 35 == seconds(watch, CARD_INTERVAL - 35 * (CARD_INTERVAL / 45))
    assert (0, 0) == (seconds(watch, CARD_INTERVAL), seconds(watch, HOUR))


@pytest.mark.parametrize(
    ("watch", "after", "cards", "expected"),
    [
        (a_watch(), MINUTE, 1, 0),  # not posted yet
        # that it has ended is drawn at once: else it would say offline beside the notice
        (replace(DRAWN, ended_at=NOON, ending=Ending.REACHED), MINUTE / 60, 1, 0),
        # counters and what only waits to be confirmed do not show
        (DRAWN, 2 * MINUTE, 1, None),
        (replace(DRAWN, latest=a_snapshot(packets_up=99)), 2 * MINUTE, 1, None),
        (replace(DRAWN, unreported=3), 2 * MINUTE, 1, None),
        (replace(DRAWN, changed_at=NOON), 2 * MINUTE, 1, None),
        # its age is brought up to date every five minutes, with 500 cards every 21
        (READ, CARD_AGE - MINUTE, 1, None),
        (READ, CARD_AGE, 1, 0),
        (READ, 20 * MINUTE, 500, None),
        (READ, 21 * MINUTE, 500, 0),
        # but not where there is nothing newer to say, or the watch is over
        (redrawn(read_at=NOON), HOUR, 1, None),
        (redrawn(ended_at=NOON, ending=None), HOUR, 1, None),
        (redrawn(unreachable_since=NOON, read_at=NOON), HOUR, 1, None),
    ],
)
def test_a_card_that_looks_the_same_is_drawn_for_its_age_alone(watch, after, cards, expected):
    """A card is due at once while it is not posted, else when its age is old news."""
    assert expected == seconds(watch, after, cards)


BEFORE = a_snapshot("online", iccid=ICCID, cell_id="310-260-40482-1243")
AFTER = replace(BEFORE, imei14="35693803564380", operator="Movistar", network="334-030")
SECRETS = (ICCID, "40482", "01493100012970", "35693803564380")


def test_a_redacted_watch_and_notice_name_neither_card_nor_device():
    """Neither card, device nor cell are named; that it is another device is, and the rest."""
    notice = Notice(NoticeKind.CHANGED, 1, BEFORE, AFTER, NOON)
    watch = redacted_watch(a_watch(reported=BEFORE, latest=AFTER))
    shown = {each.kind.value: (each.before, each.after) for each in redacted_changes(notice)}

    assert [] == [each for each in SECRETS if each in f"{watch!r} {redacted_notice(notice)!r}"]
    assert (AFTER.operator, AFTER.state) == (watch.latest.operator, watch.latest.state)
    assert {"new_operator": ("Telcel", "Movistar"), "new_imei": (REDACTED, REDACTED)} == shown
