"""How incidents go on with each scan: opened once, grouped, kept calm, resolved by themselves."""

from datetime import time, timedelta

import pytest

from bot.alerts.alert import Maintenance, Mute
from bot.alerts.incident import IncidentState, resolve, snooze, take
from bot.alerts.reading import Cause, SickSim
from bot.diagnosis.rule import Severity
from bot.digests.enrichment import MonthUsage
from bot.digests.schedule import QuietHours
from bot.digests.subscription import PauseReason
from bot.struct import replace
from tests.bot.alerts.alert_builders import (
    ANA,
    BEN,
    FIRST,
    HOUR,
    MINUTE,
    NOON,
    SECOND,
    SIMS,
    Day,
    an_alert,
    flapping,
    outage,
    silent,
)


def test_what_was_wrong_before_the_alert_is_not_told():
    """The first scan opens nothing; what comes later is opened, and what went and came back."""
    day = Day()
    day.scan(0, silent("DE1"), flapping("DE2"))
    day.scan(5, silent("DE1"), flapping("DE2"), silent("DE3", NOON + 300 * MINUTE))
    before = day.down()
    day.scan(10, silent("DE1"), silent("DE3", NOON + 300 * MINUTE))
    day.scan(15, silent("DE1"), flapping("DE2"), silent("DE3", NOON + 300 * MINUTE))

    assert [(["DE3"], None)] == before
    assert [(["DE3"], None), (["DE2"], None)] == day.down()


def test_what_was_known_and_gets_worse_is_told():
    """A storm that was there before and ends in silence is told; a silence that lasts is not."""
    mild = silent("DE2", severity=Severity.WARNING)
    day = Day()
    day.scan(0, flapping("DE1"), mild)
    day.scan(5, flapping("DE1"), mild)
    before = day.down()
    day.scan(10, flapping("DE1", Severity.CRITICAL, "barred_after_flapping"), silent("DE2"))

    assert [] == before
    assert [(["DE1"], None)] == day.down()


def limited(told_at, since=0, times=1, severity=Severity.WARNING):
    """Return a SIM near its limit; the times are minutes after noon."""
    spent = MonthUsage(
        read_at=(NOON + told_at * MINUTE).timestamp(),
        readings=times,
        since=(NOON + since * MINUTE).timestamp(),
    )
    cause = Cause("data_limit", severity, "Data limit is near")
    return SickSim("DE1", "well-1", (cause,), told_once=spent if times == 1 else None)


@pytest.mark.parametrize(
    ("why", "sims", "is_told"),
    [
        ("first told after the alert began", [limited(4)], False),
        ("and told so by each scan since", [limited(4), limited(4)], False),
        ("told before, and crossed since", [limited(4, times=2)], True),
        ("of a lower limit than before", [limited(-20, times=1)], True),
        ("of a SIM that came later", [limited(4, since=4)], True),
        ("full since", [limited(4), limited(9, times=2, severity=Severity.CRITICAL)], True),
    ],
)
def test_what_usage_tells_for_the_first_time_is_no_news(day, why, sims, is_told):
    """A limit may have been reached before the alert began, of a SIM that was there then."""
    for number, sim in enumerate(sims, 1):
        day.scan(5 * number, sim)

    assert is_told is bool(day.down()), why


def test_an_old_limit_is_no_news_after_usage_was_not_known(day):
    """As where a new month begins, or another scan is read that knows less."""
    day.scan(5, limited(4))
    day.scan(10, unjudged=frozenset({"DE1"}))
    day.scan(15, limited(14, times=2))

    assert [] == day.down()


def test_an_incident_is_named_after_its_gravest_cause(day):
    """What turns out to be behind it, and is graver, is what the card says."""
    day.scan(5, flapping("DE1", rule="country_changed"))
    day.scan(10, flapping("DE1", Severity.CRITICAL, "plan_blocks_data"))
    day.scan(15, flapping("DE1", rule="country_changed"))
    (incident,) = day.incidents.values()

    assert ("plan_blocks_data", Severity.WARNING) == (incident.rule, incident.severity)
    assert ["opened", "worse"] == day.story()


def test_a_cause_that_was_held_back_is_told_from_its_beginning():
    """An alert's own hold is part of the time that an incident took."""
    day = Day(an_alert(hold=HOUR))
    for minutes in (0, 5, 70):
        day.scan(minutes, *[flapping("DE1")] * (minutes > 0))

    assert NOON + 5 * MINUTE == day.incidents["i1"].first_at


@pytest.mark.parametrize(
    ("alert", "sick"),
    [
        (an_alert(least=Severity.CRITICAL, causes=("flapping",)), ()),
        (an_alert(hold=HOUR), (flapping("DE1"),)),
        (an_alert(maintenance=(Maintenance(NOON, NOON + HOUR),)), (silent("DE1"),)),
        (an_alert(mutes=(Mute("DE1", ANA, NOON, NOON + HOUR, "moved"),)), (silent("DE1"),)),
    ],
)
def test_what_is_not_told(alert, sick):
    """Nothing is opened for what is held back, muted, or begins in a maintenance window."""
    day = Day(alert)
    day.scan(0)
    day.scan(10, *sick)
    day.scan(50, *sick)

    assert [] == day.down()


@pytest.mark.parametrize(
    "alert",
    [
        an_alert(hold=HOUR),
        an_alert(maintenance=(Maintenance(NOON, NOON + HOUR),)),
        an_alert(mutes=(Mute("DE1", ANA, NOON, NOON + HOUR, "moved"),)),
    ],
)
def test_what_stands_after_that_is_told(alert):
    """What is still wrong when its hold, a window or a mute is over opens then."""
    day = Day(alert)
    day.scan(0)
    day.scan(10, silent("DE1"))
    day.scan(70, silent("DE1"))

    assert [(["DE1"], None)] == day.down()


def test_it_resolves_when_all_are_back_for_five_minutes(day):
    """Two come back, then the third: it ends five minutes later and says how long it took."""
    wells = [silent(f"DE{n}", cell="cell-9") for n in (1, 2, 3)]
    day.scan(60, *wells, outages=[outage("DE1", "DE2", "DE3")])
    day.scan(65, wells[2])
    day.scan(70)
    still_open = day.down()
    day.scan(75)
    over = day.incidents["i1"]

    assert [([], "cell-9")] == still_open
    assert ["opened", "back", "back", "resolved"] == day.story()
    assert (IncidentState.RESOLVED, None) == (over.state, over.resolved_by)
    assert 70 * MINUTE == over.time_to_end


def test_one_that_is_connected_for_long_resolves_it_at_once(day):
    """What counts is since when a SIM is back, not when a scan saw it."""
    day.scan(60, silent("DE1"))
    day.scan(75, back={"DE1": (NOON + 66 * MINUTE).timestamp()})

    assert [] == day.down()
    assert 66 * MINUTE == day.incidents["i1"].time_to_end


def test_a_flapping_pump_is_one_incident(day):
    """However often it comes and goes, it stays one incident with one mention, told ever less."""
    for minutes in range(60, 24 * 60, 5):
        ill = [flapping("DE1", Severity.CRITICAL)] if minutes // 20 % 2 else []
        day.scan(minutes, *ill)

    assert ["i1"] == list(day.incidents)
    assert [("opened", FIRST)] == day.mentions()


def test_a_relapse_brings_the_incident_back_without_a_mention(day):
    """Within its own rhythm a SIM that is lost again is the same incident; later a new one."""
    day.scan(60, silent("DE1"))
    day.scan(65)
    day.scan(70)
    day.scan(80, silent("DE1", NOON + 75 * MINUTE))
    day.scan(90)
    day.scan(105)
    over = day.down()
    day.scan(600, silent("DE1", NOON + 590 * MINUTE))

    assert ["opened", "back", "resolved", "reopened", "back", "resolved"] == day.story()
    assert [("opened", FIRST)] == day.mentions()
    assert [] == over
    assert ["i1", "i2"] == list(day.incidents)


def test_kore_that_does_not_answer_opens_and_closes_nothing(day):
    """Nothing changes while nothing can be read; that it cannot is said once, and once the end."""
    day.scan(60, silent("DE1"))
    day.scan(65)
    steps = [day.scan(minutes, unreachable="KORE is away.") for minutes in (70, 75, 80)]
    blind = day.down()
    last = day.scan(85, silent("DE2", NOON + 84 * MINUTE))

    assert [True, False, False] == [step.blind_began for step in steps]
    assert [()] * 3 == [step.incidents for step in steps]
    assert NOON + 70 * MINUTE == last.blind_ended
    assert [([], None)] == blind


def test_a_sim_that_cannot_be_read_neither_opens_nor_closes(day):
    """A SIM whose answer fails stays as it was; the others go on."""
    day.scan(60, silent("DE1"))
    day.scan(65, failed=["DE1"])
    unread = day.down()
    day.scan(70)
    day.scan(76, failed=["DE1"])

    assert [(["DE1"], None)] == unread
    assert [([], None)] == day.down()


def test_a_sim_that_leaves_the_selection_leaves_its_incident(day):
    """An incident does not wait for SIMs that are not there any more."""
    day.scan(60, silent("DE1"))
    day.sims = frozenset(SIMS[1:])
    day.scan(65)
    day.scan(70)

    assert [] == day.down()
    assert "left" == day.incidents["i1"].members[0].gone


TWICE = ["opened", "worse"]


@pytest.mark.parametrize(
    ("later", "story"),
    [
        ([silent("DE1")], ["opened", "worse"]),
        ([silent("DE1", severity=Severity.WARNING)], ["opened"]),
        ([silent(f"DE{n}", severity=Severity.WARNING, cell="a") for n in (1, 2)], TWICE),
    ],
)
def test_worse_is_a_higher_severity_or_twice_the_sims(day, later, story):
    """More of the same is told in the thread; only what is worse counts as that."""
    day.scan(60, silent("DE1", severity=Severity.WARNING))
    day.scan(65, *later)

    assert story == day.story()


def test_quiet_hours_put_the_mention_off():
    """In quiet hours nobody is mentioned; at their end, if it is still so and nobody has it."""
    day = Day(an_alert(quiet_hours=QuietHours(time(12), time(14))))
    day.scan(0)
    day.scan(60, silent("DE1"))
    day.tick(61)
    quiet = day.mentions()
    day.tick(121)
    day.tick(122)

    assert [] == quiet
    assert [("reminded", FIRST)] == day.mentions()


def test_nobody_took_it_so_a_second_group_is_called_once():
    """After the set time without anybody the second group is mentioned; not where one has it."""
    days = [Day(an_alert(mention_second=(SECOND,))) for _ in range(2)]
    for day in days:
        day.scan(0)
        day.scan(60, silent("DE1"))
        day.tick(70)
    days[1].act(take, BEN, NOON + 71 * MINUTE)
    for day in days:
        day.tick(76)
        day.tick(90)

    assert [("opened", FIRST), ("escalated", SECOND)] == days[0].mentions()
    assert [("opened", FIRST)] == days[1].mentions()
    assert 11 * MINUTE == days[1].incidents["i1"].time_to_take


def test_a_click_that_is_repeated_is_told_once(day):
    """Who has it already does not take it again; a snooze that is as long is the same."""
    day.scan(60, silent("DE1"))
    for seconds in (0, 20):
        now = NOON + HOUR + timedelta(seconds=seconds)
        day.act(snooze, ANA, now, now + HOUR)
    for seconds in (40, 60):
        day.act(take, ANA, NOON + HOUR + timedelta(seconds=seconds))

    assert ["opened", "snoozed", "taken"] == day.story()
    assert NOON + HOUR + timedelta(seconds=40) == day.incidents["i1"].taken_at


def test_a_snooze_is_quiet_until_it_ends(day):
    """What gets worse meanwhile mentions nobody; at the end it does, if it is still so."""
    day.scan(60, silent("DE1", cell="a"))
    day.act(snooze, ANA, NOON + HOUR, NOON + 2 * HOUR)
    day.scan(65, silent("DE1", cell="a"), silent("DE2", cell="a"))
    day.tick(66)
    asleep = day.mentions()
    day.tick(121)

    assert [("opened", FIRST)] == asleep
    assert [("opened", FIRST), ("reminded", FIRST)] == day.mentions()


def test_what_somebody_resolved_stays_so_while_it_lasts(day):
    """A SIM that is down still does not open again what a person has closed."""
    day.scan(60, silent("DE1"))
    day.act(resolve, ANA, NOON + 61 * MINUTE)
    for minutes in range(65, 3000, 300):
        day.scan(minutes, silent("DE1"))

    assert [] == day.down()
    assert ["i1"] == list(day.incidents)


def test_what_follows_a_silence_is_no_news(day):
    """Reconnects right after a silence do not open another incident, unless they are graver."""
    day.scan(60, silent("DE1", severity=Severity.WARNING))
    day.scan(65, flapping("DE1"))
    day.scan(70, flapping("DE1"))
    same = list(day.incidents)
    day.scan(75, flapping("DE1", Severity.CRITICAL))

    assert ["i1"] == same
    assert ["i1", "i2"] == list(day.incidents)


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.CRITICAL])
def test_a_silence_that_another_cause_explains_is_not_over(day, severity):
    """It stays down under that cause, in its incident, until it is heard of."""
    stuck = Cause("change_stuck", severity, "A change to the SIM is stuck")
    day.scan(60, silent("DE1", severity=Severity.WARNING))
    for minutes in (65, 80):
        day.scan(minutes, replace(silent("DE1"), causes=(stuck,)))
    incident, down, told = day.incidents["i1"], day.down(), day.story()
    day.scan(85, flapping("DE1"))

    assert [(["DE1"], None)] == down
    assert "back" not in told
    assert (severity > Severity.WARNING) == (incident.rule == "change_stuck")
    assert ["i1"] == list(day.incidents)
    assert day.story()[-1] == "back"


def test_a_silence_whose_explanation_is_none_of_the_alerts_is_not_over(day):
    """A mere remark may explain it, or what the alert does not look for."""
    day.scan(60, silent("DE1"))
    for minutes in (65, 80):
        day.scan(minutes, lost=frozenset({"DE1"}))
    down = day.down()
    day.scan(85)

    assert [(["DE1"], None)] == down
    assert ["opened", "back"] == day.story()


def test_a_paused_alert_calls_nobody():
    """While an alert is paused, nobody is reminded or called for its open incidents."""
    day = Day(an_alert(mention_second=(SECOND,)))
    day.scan(0)
    day.scan(60, silent("DE1"))
    day.alert = an_alert(mention_second=(SECOND,), paused=PauseReason.ASKED)
    day.tick(120)

    assert [("opened", FIRST)] == day.mentions()


def test_a_look_at_some_changes_nothing_for_others(day):
    """A recheck moves on the SIMs that it read; what is known of others, and of KORE, stays."""
    day.scan(5, silent("DE1"), flapping("DE2"))
    day.scan(10, reads=["DE1"], failed=["DE2"], is_partial=True)

    assert ["DE2"] == list(day.state.ill)
    assert [([], None), (["DE2"], None)] == day.down()
    assert (NOON + 5 * MINUTE, len(SIMS)) == (day.state.scanned_at, day.state.sims)
