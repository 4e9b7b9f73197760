"""One mention a scan, and none before the next scan where more SIMs may belong to an incident."""

from bot.alerts.incident import take
from bot.diagnosis.contrast import Trait
from bot.diagnosis.rule import Severity
from bot.struct import replace
from tests.bot.alerts.alert_builders import (
    BEN,
    FIRST,
    MINUTE,
    NOON,
    an_alert,
    flapping,
    outage,
    silent,
)

TELCEL = {"trait": Trait.NETWORK, "value": "Telcel"}


def on_telcel(*numbers):
    """Return SIMs of one network that fell silent a minute apart, each on a cell of its own."""
    return [
        silent(f"DE{n}", NOON + n * MINUTE, cell=f"cell-{n}", network="Telcel") for n in numbers
    ]


def test_a_scan_mentions_once(day):
    """Unrelated SIMs that fall silent at once are a card each, and one mention for all of them."""
    day.scan(60, *(silent(f"DE{n}", cell=f"cell-{n}") for n in range(1, 6)))
    opened = [each.events[0] for each in day.incidents.values()]

    assert 5 == len(opened)
    assert [(FIRST,)] == [event.mentions for event in opened if event.mentions]
    assert [4] == [event.others for event in opened if event.mentions]


def test_the_gravest_has_the_mention_of_a_scan(day):
    """Of what opens and what gets worse with one scan the gravest, and then the largest, calls."""
    day.alert = an_alert(mention_from=Severity.WARNING)
    many = [silent(f"DE{n}", cell="cell-9") for n in (4, 5, 6)]
    day.scan(60, flapping("DE1"), silent("DE2"), *many, outages=[outage("DE4", "DE5", "DE6")])

    assert [("opened", FIRST)] == day.mentions("i1")
    assert {"DE4", "DE5", "DE6"} == day.incidents["i1"].sids
    assert [[], []] == [day.mentions("i2"), day.mentions("i3")]


def test_the_mention_of_what_may_grow_waits_for_the_next_scan(day):
    """The card stands at once; alone still, its SIM is called for with the next scan."""
    day.scan(60, *on_telcel(1), may_grow=frozenset({"DE1"}))
    at_once = day.mentions()
    day.tick(64)
    day.scan(65, *on_telcel(1))
    day.scan(70, *on_telcel(1))
    day.tick(90)

    assert [] == at_once
    assert [("reminded", FIRST)] == day.mentions()


def test_an_outage_that_shows_sim_by_sim_is_one_card(day):
    """SIMs on several cells of one network join the first card, with one story and one mention."""
    day.scan(60, *on_telcel(1), may_grow=frozenset({"DE1"}))
    day.scan(65, *on_telcel(1, 2), outages=[outage("DE1", "DE2", **TELCEL)])
    two = day.incidents["i1"]
    day.scan(70, *on_telcel(1, 2, 3), outages=[outage("DE1", "DE2", "DE3", **TELCEL)])

    assert ("gone_silent", "Telcel") == (two.rule, two.value)
    assert [(["DE1", "DE2", "DE3"], "Telcel")] == day.down()
    assert ["i1"] == list(day.incidents)
    assert ["opened", "worse", "grew"] == day.story()
    assert [("worse", FIRST)] == day.mentions()


def test_a_mention_that_waits_is_not_lost_without_scans(day):
    """Where no scan comes, it is made after two intervals."""
    day.scan(60, *on_telcel(1), may_grow=frozenset({"DE1"}))
    day.tick(65)
    day.tick(71)

    assert [("reminded", FIRST)] == day.mentions()


def test_who_takes_what_may_grow_is_not_mentioned_for_it(day):
    """Nor is anybody for SIMs that came back before the next scan."""
    day.scan(60, *on_telcel(1), silent("DE5"), may_grow=frozenset({"DE1", "DE5"}))
    day.act(take, BEN, NOON + 62 * MINUTE, id_="i2")
    day.scan(65, *on_telcel(1))
    day.scan(70, *on_telcel(1))

    assert [[], []] == [day.mentions("i1"), day.mentions("i2")]


def test_a_pair_takes_no_outage_its_name(day):
    """Two more that look like a beginning join what is an outage already, as that is called."""
    day.scan(60, *on_telcel(1, 2, 3), outages=[outage("DE1", "DE2", "DE3", **TELCEL)])
    pair = [replace(sim, traits=sim.traits | {Trait.MODEL: "m"}) for sim in on_telcel(3, 4)]
    found = outage("DE3", "DE4", trait=Trait.MODEL, value="m")
    day.scan(65, *on_telcel(1, 2), *pair, outages=[found])

    assert [(["DE1", "DE2", "DE3", "DE4"], "Telcel")] == day.down()
    assert "common_outage" == day.incidents["i1"].rule
