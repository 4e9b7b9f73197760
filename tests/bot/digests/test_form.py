"""A digest as somebody filled it in, and what is wrong with it."""

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.digests.form import FIELD, LONGEST_NAME, FormField, FormValues, validate, values_of
from bot.digests.schedule import DigestSchedule, Frequency, QuietHours
from bot.digests.subscription import LONGEST, ListedSim, Selection, SelectionKind
from bot.struct import replace
from tests.bot.digests.subscriptions import subscription

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LEAST = timedelta(minutes=15)
GOOD = FormValues(name="Pumps", pattern="pump-*", zone="Europe/Berlin", channel="C1")


def wrong(**changes):
    return validate(replace(GOOD, **changes), LEAST, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"which": SelectionKind.ALL, "pattern": ""},
        {"which": SelectionKind.LISTED, "listed": "pump-7\n" * 200},
        {"which": SelectionKind.PLAN, "plan": "Gold"},
        {"which": SelectionKind.STATUS, "status": "active"},
        {"every": Frequency.HOURS, "hours": "1"},
        {"every": Frequency.CRON, "cron": "*/15 * * * *"},
        {"every": Frequency.WEEK, "day": "6", "at": "23:59"},
        {"zone": "europe/berlin"},
        {"quiet_from": "22:00", "quiet_to": "07:00"},
        {"name": "x" * LONGEST_NAME},
        # what is not asked for may hold anything
        {"cron": "nonsense"},
        {"plan": "x" * 999},
    ],
)
def test_what_is_right(changes):
    """Nothing is said of what can be taken as it is."""
    assert {} == wrong(**changes)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": " "}, FormField.NAME, "Give it a name"),
        ({"name": "x" * (LONGEST_NAME + 1)}, FormField.NAME, "at most 60 characters"),
        ({"pattern": ""}, FormField.PATTERN, "Give a name pattern"),
        ({"pattern": "x" * (LONGEST + 1)}, FormField.PATTERN, "201 characters; the limit is 200"),
        ({"which": SelectionKind.LISTED}, FormField.LISTED, "one a line"),
        ({"which": SelectionKind.PLAN}, FormField.PLAN, "Give a rate plan"),
        ({"which": SelectionKind.STATUS}, FormField.STATUS, "Choose a status"),
        ({"every": Frequency.CRON}, FormField.CRON, "it has no fields"),
        ({"every": Frequency.CRON, "cron": "61 * * * *"}, FormField.CRON, "the minute must be"),
        (
            {"every": Frequency.CRON, "cron": "*/5 * * * *"},
            FormField.CRON,
            "repeats after 5 min; the shortest allowed here is 15 min",
        ),
        ({"every": Frequency.CRON, "cron": "* 9 * * *"}, FormField.CRON, "repeats after 1 min"),
        ({"zone": "Berlin"}, FormField.ZONE, "Did you mean Europe/Berlin?"),
        ({"quiet_from": "22:00"}, FormField.QUIET_TO, "Say until when"),
        ({"quiet_to": "07:00"}, FormField.QUIET_FROM, "Say from when"),
        ({"quiet_from": "07:00", "quiet_to": "07:00"}, FormField.QUIET_TO, "also when they begin"),
        ({"quiet_from": "08:00", "quiet_to": "10:00"}, FormField.QUIET_TO, "it would never come"),
    ],
)
def test_what_is_wrong(changes, field, words):
    """Each fault stands at its field, and only there."""
    found = wrong(**changes)

    assert [field] == list(found)
    assert words in found[field]


def test_all_faults_come_at_once():
    """Nobody sends the form off four times to hear of four faults."""
    found = wrong(name="", pattern="", every=Frequency.CRON, zone="x", quiet_from="22:00")

    assert {
        FormField.NAME,
        FormField.PATTERN,
        FormField.CRON,
        FormField.ZONE,
        FormField.QUIET_TO,
    } == set(found)


def test_the_shortest_gap_is_a_setting():
    """A workspace may allow a digest every minute, or none more often than daily."""
    each_minute = replace(GOOD, every=Frequency.CRON, cron="* * * * *")
    hourly = replace(GOOD, every=Frequency.HOURS, hours="1")

    assert {} == validate(each_minute, timedelta(minutes=1), NOW)
    said = validate(hourly, timedelta(days=1), NOW)[FormField.EVERY]
    assert "the shortest allowed here is 24 h" in said


TWO_HUNDRED = tuple(ListedSim(f"DE{n}", f"89012600000000{n:05}") for n in range(200))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"selection": Selection(SelectionKind.ALL)},
        {"selection": Selection(SelectionKind.PLAN, "Gold")},
        {
            "selection": Selection(
                SelectionKind.LISTED, sims=(ListedSim("DE1", "a"), ListedSim("DE2", "b"))
            )
        },
        {"selection": Selection(SelectionKind.LISTED, sims=TWO_HUNDRED)},
        {"schedule": DigestSchedule(Frequency.CRON, line="0 9 1 * *")},
        {
            "schedule": DigestSchedule(Frequency.HOURS, hours=6),
            "quiet_hours": QuietHours(time(22), time(7)),
        },
        {"schedule": DigestSchedule(Frequency.WEEK, day=3, at=time(6, 45))},
    ],
)
def test_a_subscription_can_be_filled_in_again(changes):
    """Editing begins with what is there, and leaving it as it is changes nothing."""
    before = subscription(**changes)
    draft = values_of(before)

    assert before.schedule == draft.schedule
    assert before.quiet_hours == draft.quiet_hours
    assert (before.name, before.channel, before.zone) == (draft.name, draft.channel, draft.zone)
    assert before.selection.kind is draft.which
    told = before.selection.text or "\n".join(one.typed for one in before.selection.sims)
    assert told == draft.chosen
    assert FIELD > max(map(len, (draft.listed, draft.listed_2, draft.listed_3)))
    assert {} == validate(draft, LEAST, NOW)
