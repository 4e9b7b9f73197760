"""What an alert is: how often it scans, when it is quiet, and what of it is stored."""

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.alerts.alert import (
    AlertState,
    AlertValues,
    IllSince,
    Maintenance,
    alert_from_values,
    usual_interval,
    validate,
    values_of,
)
from bot.alerts.incident import next_monday
from bot.alerts.service import AlertWork
from bot.digests.form import FormField
from bot.digests.schedule import QuietHours
from bot.struct import replace
from tests.bot.alerts.alert_builders import HOUR, MINUTE, NOON, an_alert


@pytest.mark.parametrize(
    ("sims", "per_second", "minutes"),
    [(0, None, 5), (300, None, 5), (301, None, 10), (10_000, None, 15), (20_000, None, 30),
     (300, 1.0, 10), (300, 10.0, 5)],
)  # fmt: skip
def test_many_sims_are_scanned_less_often(sims, per_second, minutes):
    """As many as KORE may be asked for; a scan takes at most half of the time between two."""
    assert minutes * MINUTE == usual_interval(sims, per_second)


@pytest.mark.parametrize(
    ("interval", "sims", "minutes"), [(1, 300, 1), (1, 10_000, 7.5), (60, 10_000, 60), (None, 5, 5)]
)
def test_what_somebody_wants_is_held_to_what_many_sims_allow(interval, sims, minutes):
    """Few SIMs are scanned as often as is wanted, many at most twice as often as is usual."""
    wanted = interval and interval * MINUTE
    work = AlertWork(None, None, None, None)

    assert minutes * MINUTE == work.interval_of(
        an_alert(interval=wanted), AlertState({}, sims=sims)
    )


def test_quiet_hours_are_those_of_its_zone():
    """Noon in UTC is 07:00 in New York."""
    quiet = QuietHours(time(6), time(8))

    assert an_alert(quiet_hours=quiet, zone="America/New_York").is_quiet_at(NOON)
    assert not an_alert(quiet_hours=quiet).is_quiet_at(NOON)
    assert not an_alert().is_quiet_at(NOON)


def test_a_state_comes_back_as_it_was():
    """What the scans have seen is stored; nothing yet is a new alert's state."""
    state = AlertState({"DE1": IllSince("silent", 1.0, 2.0, known=True)}, True, NOON, NOON, 7)

    assert state == AlertState.from_json(state.to_json())
    assert AlertState({}) == AlertState.from_json(None)
    assert AlertState({}, True) == AlertState.from_json('{"ill":{},"primed":true,"unjudged":["D"]}')


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        (datetime(2026, 1, 5, 7, tzinfo=UTC), datetime(2026, 1, 12, 7, tzinfo=UTC)),
        (datetime(2026, 1, 9, 22, tzinfo=UTC), datetime(2026, 1, 12, 7, tzinfo=UTC)),
    ],
)
def test_monday_is_the_next_one_at_eight(now, monday):
    """In the alert's zone; on a Monday it is the one a week later."""
    assert monday == next_monday(now, "Europe/Berlin")


def test_a_form_filled_in_with_an_alert_gives_that_alert():
    """What the form shows of an alert is what it would save."""
    alert = an_alert(
        causes=("flapping",),
        hold=10 * MINUTE,
        interval=15 * MINUTE,
        quiet_hours=QuietHours(time(22), time(6)),
        maintenance=(Maintenance(NOON, NOON + HOUR),),
        mention_second=("S2",),
    )

    assert alert == alert_from_values(values_of(alert, NOON), an_alert())


def test_a_window_that_is_over_is_not_shown():
    """Its maintenance windows go when they are over."""
    alert = an_alert(maintenance=(Maintenance(NOON - 2 * HOUR, NOON - HOUR),))

    assert "" == values_of(alert, NOON).begin


def test_somebody_must_be_first():
    """Without anybody to mention first nobody can be second."""
    values = values_of(an_alert(mention_first=()), NOON)

    assert {"first"} == {name.value for name in validate(replace(values, second="S2"), NOON)}
    assert FormField.NAME in validate(AlertValues(), NOON)
    assert timedelta(0) == an_alert().hold
