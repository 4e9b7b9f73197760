"""A digest as somebody filled it in, and what is wrong with it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.digests.form import LONGEST_NAME, Draft, Field, draft_of, faults
from bot.digests.schedule import Cadence, Every, QuietHours
from bot.digests.selection import LONGEST, Listed, Selection, Which
from tests.bot.digests.subscriptions import subscription

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LEAST = timedelta(minutes=15)
GOOD = Draft(name="Pumps", pattern="pump-*", zone="Europe/Berlin", channel="C1")


def wrong(**changes):
    return faults(replace(GOOD, **changes), LEAST, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"which": Which.ALL, "pattern": ""},
        {"which": Which.LISTED, "listed": "pump-7\n" * 200},
        {"which": Which.PLAN, "plan": "Gold"},
        {"which": Which.STATUS, "status": "active"},
        {"every": Every.HOURS, "hours": "1"},
        {"every": Every.CRON, "cron": "*/15 * * * *"},
        {"every": Every.WEEK, "day": "6", "at": "23:59"},
        {"zone": "europe/berlin"},
        {"quiet_from": "22:00", "quiet_to": "07:00"},
        {"name": "x" * LONGEST_NAME},
        # what is not asked for may hold anything
        {"cron": "nonsense"},
        {"plan": "x" * 999},
    ],
)
def test_what_is_right(changes):
    """
    Nothing is said of what can be taken as it is.
    """
    assert {} == wrong(**changes)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": " "}, Field.NAME, "Give it a name"),
        ({"name": "x" * (LONGEST_NAME + 1)}, Field.NAME, "at most 60 characters"),
        ({"pattern": ""}, Field.PATTERN, "Give a name pattern"),
        ({"pattern": "x" * (LONGEST + 1)}, Field.PATTERN, "201 characters; 200 are the most"),
        ({"which": Which.LISTED}, Field.LISTED, "one a line"),
        ({"which": Which.PLAN}, Field.PLAN, "Give a rate plan"),
        ({"which": Which.STATUS}, Field.STATUS, "Choose a status"),
        ({"every": Every.CRON}, Field.CRON, "it has 0 fields"),
        ({"every": Every.CRON, "cron": "61 * * * *"}, Field.CRON, "bad minute"),
        (
            {"every": Every.CRON, "cron": "*/5 * * * *"},
            Field.CRON,
            "comes again after 5 min; 15 min is the shortest here",
        ),
        ({"every": Every.CRON, "cron": "* 9 * * *"}, Field.CRON, "comes again after 1 min"),
        ({"zone": "Berlin"}, Field.ZONE, "Did you mean Europe/Berlin?"),
        ({"quiet_from": "22:00"}, Field.QUIET_TO, "Say until when"),
        ({"quiet_to": "07:00"}, Field.QUIET_FROM, "Say from when"),
        ({"quiet_from": "07:00", "quiet_to": "07:00"}, Field.QUIET_TO, "the time they begin"),
        ({"quiet_from": "08:00", "quiet_to": "10:00"}, Field.QUIET_TO, "it would never come"),
    ],
)
def test_what_is_wrong(changes, field, words):
    """
    Each fault stands at its field, and only there.
    """
    found = wrong(**changes)

    assert [field] == list(found)
    assert words in found[field]


def test_all_faults_come_at_once():
    """
    Nobody sends the form off four times to hear of four faults.
    """
    found = wrong(name="", pattern="", every=Every.CRON, zone="x", quiet_from="22:00")

    assert {Field.NAME, Field.PATTERN, Field.CRON, Field.ZONE, Field.QUIET_TO} == set(found)


def test_the_shortest_gap_is_a_setting():
    """
    A workspace may allow a digest every minute, or none more often than daily.
    """
    each_minute = replace(GOOD, every=Every.CRON, cron="* * * * *")
    hourly = replace(GOOD, every=Every.HOURS, hours="1")

    assert {} == faults(each_minute, timedelta(minutes=1), NOW)
    assert "24 h is the shortest" in faults(hourly, timedelta(days=1), NOW)[Field.EVERY]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"selection": Selection(Which.ALL)},
        {"selection": Selection(Which.PLAN, "Gold")},
        {"selection": Selection(Which.LISTED, listed=(Listed("DE1", "a"), Listed("DE2", "b")))},
        {"cadence": Cadence(Every.CRON, line="0 9 1 * *")},
        {"cadence": Cadence(Every.HOURS, hours=6), "quiet_hours": QuietHours(time(22), time(7))},
        {"cadence": Cadence(Every.WEEK, day=3, at=time(6, 45))},
    ],
)
def test_a_subscription_can_be_filled_in_again(changes):
    """
    Editing begins with what is there, and leaving it as it is changes nothing.
    """
    before = subscription(**changes)
    draft = draft_of(before)

    assert before.cadence == draft.cadence
    assert before.quiet_hours == draft.quiet_hours
    assert (before.name, before.channel, before.zone) == (draft.name, draft.channel, draft.zone)
    assert before.selection.which is draft.which
    told = before.selection.text or "\n".join(one.typed for one in before.selection.listed)
    assert told == draft.chosen
    assert {} == faults(draft, LEAST, NOW)
