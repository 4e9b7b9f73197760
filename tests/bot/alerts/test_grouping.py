"""Which SIMs are one incident: one cause, and one trait or site, at about the same time."""

import pytest

from bot.alerts.reading import TOGETHER, Cause, SickSim
from bot.diagnosis.contrast import Trait
from bot.diagnosis.rule import Severity
from bot.diagnosis.rules.common_outage import NEXT_STEPS
from bot.struct import replace
from tests.bot.alerts.alert_builders import FIRST, HOUR, MINUTE, NOON, flapping, outage, silent


def test_three_wells_are_one_incident_with_one_mention(day):
    """SIMs that fall silent one after the other join one incident, which then names their cell."""
    wells = [silent(f"DE{n}", NOON + n * MINUTE, cell="cell-9") for n in (1, 2, 3)]
    day.scan(60, wells[0])
    day.scan(65, *wells[:2])
    day.scan(70, *wells, outages=[outage("DE1", "DE2", "DE3")])

    assert [(["DE1", "DE2", "DE3"], "cell-9")] == day.down()
    assert Trait.CELL is day.incidents["i1"].trait
    assert ["opened", "worse", "grew"] == day.story()
    assert [("opened", FIRST), ("worse", FIRST)] == day.mentions()


def test_an_outage_is_one_incident_and_another_is_another(day):
    """SIMs without the trait of an outage are an incident of their own."""
    here = [silent(f"DE{n}", cell="cell-9") for n in (1, 2, 3)]
    there = [silent(f"DE{n}", NOON + MINUTE, cell="cell-4") for n in (4, 5, 6)]
    outages = [outage("DE1", "DE2", "DE3"), outage("DE4", "DE5", "DE6", value="cell-4")]
    day.scan(60, *here, *there, outages=outages)

    assert [(["DE1", "DE2", "DE3"], "cell-9"), (["DE4", "DE5", "DE6"], "cell-4")] == day.down()
    assert ([("opened", FIRST)], []) == (day.mentions("i1"), day.mentions("i2"))


def test_incidents_that_turn_out_to_be_one_outage_are_merged(day):
    """The older one takes the SIMs of the younger, which points to it."""
    early, late = silent("DE1"), silent("DE2", NOON + 40 * MINUTE)
    day.scan(60, early)
    day.scan(65, early, late)
    apart = day.down()
    third = silent("DE3", NOON + 20 * MINUTE)
    day.scan(70, early, late, third, outages=[outage("DE1", "DE2", "DE3")])

    assert [(["DE1"], None), (["DE2"], None)] == apart
    assert [(["DE1", "DE2", "DE3"], "cell-9")] == day.down()
    assert "i1" == day.incidents["i2"].merged_into
    assert "merged" == day.story("i2")[-1]


SITE, NEAR, AWAY = (29.76, -95.36), (29.762, -95.361), (29.86, -95.36)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (silent("DE1"), silent("DE2"), False),
        (silent("DE1", cell="a", plan="p"), silent("DE2", cell="b", plan="p"), False),
        (silent("DE1", cell="a"), silent("DE2", cell="a"), True),
        (silent("DE1", place=SITE, cell="a"), silent("DE2", place=NEAR, cell="b"), True),
        (silent("DE1", place=SITE), silent("DE2", place=AWAY), False),
        (flapping("DE1"), flapping("DE2"), False),
        (flapping("DE1", cell="a"), flapping("DE2", cell="a"), True),
    ],
)
def test_two_sims_are_one_incident_where_they_share_a_site(day, one, other, together):
    """One cause at one time is not enough: too few for a contrast must be at one place."""
    day.scan(60, one, other)
    day.scan(65, one, other)

    expected = [["DE1", "DE2"]] if together else [["DE1"], ["DE2"]]
    assert expected == [sims for sims, _ in day.down()]


def test_two_that_fell_silent_at_one_site_are_not_to_be_reset(day):
    """As in an answer about one of them: the site comes first, and an outage has its own step.

    Where the others are back, one that is still down has the step of its own.
    """
    wells = [silent(f"DE{n}", NOON + n * MINUTE, cell="cell-9") for n in (1, 2, 3)]
    told = []
    for sick, outages in ((1, []), (2, []), (1, []), (3, [outage("DE1", "DE2", "DE3")])):
        day.scan(60 + len(told) * 5, *wells[:sick], outages=outages)
        told.append(day.incidents["i1"].next_step)

    assert ["Check power.", TOGETHER, "Check power.", NEXT_STEPS[Trait.CELL]] == told


def test_a_site_with_two_cells_is_one_incident(day):
    """Its SIMs fall silent one by one, on two networks; what is told apart last opens no other."""
    north = [silent(f"DE{n}", place=SITE, cell="a") for n in (1, 2, 3)]
    south = [silent(f"DE{n}", place=NEAR, cell="b") for n in (4, 5, 6)]
    day.scan(60, north[0], south[0])
    day.scan(65, *north, *south[:2], outages=[outage("DE1", "DE2", "DE3", value="a")])
    found = [outage("DE1", "DE2", "DE3", value="a"), outage("DE4", "DE5", "DE6", value="b")]
    day.scan(70, *north, *south, outages=found)

    assert [([f"DE{n}" for n in range(1, 7)], "a and b")] == day.down()
    assert ["i1"] == list(day.incidents)


def in_device(sid, device, *rules):
    """Return a SIM in a device with critical causes."""
    causes = tuple(Cause(rule, Severity.CRITICAL, rule) for rule in rules)
    return SickSim(sid, f"pump-{sid[2:]}", causes, device=device)


@pytest.mark.parametrize("first", [("DE1",), ("DE2",), ("DE1", "DE2")])
def test_twins_are_one_incident_each_pair(day, first):
    """A change of the IMEI that turns out to be a clone's goes on as that, with both SIMs."""
    day.scan(60, *(in_device(sid, "a", "imei_changed") for sid in first))
    pairs = [("DE1", "a"), ("DE2", "a"), ("DE3", "b"), ("DE4", "b")]
    twins = [in_device(sid, device, "twin_imei") for sid, device in pairs]
    day.scan(75, *twins)
    day.scan(80, *twins)

    assert [["DE1", "DE2"], ["DE3", "DE4"]] == [sims for sims, _ in day.down()]
    assert {"twin_imei"} == {each.rule for each in day.incidents.values() if each.is_open}
    assert "i1" in {each.id for each in day.incidents.values() if each.is_open}


def test_sims_of_one_cause_and_one_trait_are_one_incident(day):
    """What is no silence is told by contrast as well, and keeps its name."""
    sims = [flapping(f"DE{n}", model="35000001") for n in (1, 2, 3)]
    day.scan(
        60,
        *sims,
        flapping("DE4"),
        outages={"flapping": [outage("DE1", "DE2", "DE3", trait=Trait.MODEL, value="35000001")]},
    )

    assert [(["DE1", "DE2", "DE3"], "35000001"), (["DE4"], None)] == day.down()
    assert ("flapping", Severity.WARNING) == (day.incidents["i1"].rule, day.incidents["i1"].worst)


def test_sims_found_ill_together_are_one_incident_whenever_that_began(day):
    """Of what is no silence the moment counts in which a scan found it; that it began is told."""
    begun = [NOON + n * 25 * MINUTE for n in (0, 1, 2)]
    pumps = [
        replace(flapping(f"DE{n}", cell="cell-9"), since=at) for n, at in enumerate(begun, start=1)
    ]
    day.scan(60, *pumps[:2])
    day.scan(65, *pumps)
    incident = day.incidents["i1"]

    assert [["DE1", "DE2", "DE3"]] == [sims for sims, _ in day.down()]
    assert begun == [member.since for member in incident.members]
    assert (NOON, NOON + HOUR, 0.0) == (incident.first_at, incident.found_at, incident.unsure)


def test_nothing_begins_after_the_scan_that_found_it(day):
    """Whatever KORE's clock says; nor does it begin again before it was over."""
    pump = replace(flapping("DE1"), since=NOON + 2 * HOUR)
    day.scan(60, pump)
    first = day.incidents["i1"].members[0].since
    day.scan(65)
    day.scan(70, replace(pump, since=NOON))
    again = day.incidents["i1"].members[0]

    assert NOON + HOUR == first
    assert (2, NOON + 65 * MINUTE) == (again.times, again.since)


@pytest.mark.parametrize(
    ("why", "pump", "connected", "back_at"),
    [
        ("before it was found", replace(flapping("DE1"), since=NOON), 20, 180),
        ("while it was ill", replace(flapping("DE1"), since=NOON), 67, 180),
        ("after it was seen ill last", replace(flapping("DE1"), since=NOON), 100, 100),
        ("a silence that was told late", silent("DE1"), 64, 64),
    ],
)
def test_a_session_that_did_not_help_is_no_return(day, why, pump, connected, back_at):
    """What was still ill later was not back with it; a silence ends with any session."""
    for minutes in (65, 70):
        day.scan(minutes, pump)
    day.scan(180, back={"DE1": (NOON + connected * MINUTE).timestamp()})
    (member,) = day.incidents["i1"].members

    assert NOON + back_at * MINUTE == member.back_at, why
