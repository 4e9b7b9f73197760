"""Names that hold what parts names elsewhere: commas, brackets, slashes, quotes, dashes."""

import pytest

from bot.sims.extraction import TextPart
from bot.sims.spotter import SimSpotter
from tests.bot.sims.conftest import a_row, sid

FRIENDLY = (
    "Tank 3, Bakersfield",
    "Pump 7, Monterrey",
    "Gateway 3, Oakland",
    "Lift 3",
    "Sensor 21",
    "Well 4 (spare)",
    "(old) Well 5",
    "Mill/Unit 4",
    "St. Mary's Hospital, Pump 2",
    "Nash & Sons: Meter 12",
    "Cooler 4 — Dock 9",
    "Cold Room Freezer 8 North",
    "Depot 3; yard [west]",
    "Tank 3",
    "Büro 5, Zürich",
    "Harbour, East",
    "Van 6, shared",
    "Van 6, shared",
)


@pytest.fixture
async def spotter(api, directory, resolver):
    """Reads with such SIMs in the list."""
    for number, name in enumerate(FRIENDLY, 100):
        api.add(a_row(number, friendly_name=name))
    await directory.refresh()
    return SimSpotter(directory, resolver.known_sid)


async def named(spotter, text, *, asked=True):
    """Return the names that are looked up, and what no SIM is called."""
    spotted = await spotter.spot(text, asked=asked)
    return [name.casefold() for name in spotted.texts], spotted.unknown


async def test_a_name_is_found_whatever_it_holds(spotter):
    """In a sentence, beside another SIM, in a list, one a line: it is one name, and all of it."""
    for name in FRIENDLY[:-2]:
        called = name.casefold().replace("—", "-")
        for text in (
            f"Sensor 21 and {name} are down",
            f"NOC: Sensor 21 is down; {name} has been silent since Saturday",
            f"Sensor 21; {name}",
            f"Sensor 21\n{name}",
            f"Sensor 21, *{name}*",
            f"- Sensor 21\n- {name}\n",
            f"name | state\nSensor 21 | ok\n{name} | down",
        ):
            found, unknown = await named(spotter, text)
            assert [*dict.fromkeys(["sensor 21", called])] == [
                each.replace("—", "-") for each in found
            ], text
            assert () == unknown, text


async def test_the_shapes_that_were_lost(spotter):
    """As they were typed by somebody who had only these names."""
    tank, pump, gate = (name.casefold() for name in FRIENDLY[:3])
    for text, found in (
        ("Tank 3, Bakersfield; Sensor 21", [tank, "sensor 21"]),
        ("Sensor 21 and Tank 3, Bakersfield are down", ["sensor 21", tank]),
        (
            "NOC: Tank 3, Bakersfield has been silent since Saturday; Lift 3 too",
            [tank, "lift 3"],
        ),
        ("Tank 3, Bakersfield\nPump 7, Monterrey", [tank, pump]),
        ("Pump 7, Monterrey and Gateway 3, Oakland are offline", [pump, gate]),
        ("Pump 7, Monterrey, Gateway 3, Oakland, pump-17", [pump, gate, "pump-17"]),
        ("why is Tank 3, Bakersfield's modem down?", [tank]),
        ("TANK 3, bakersfield", [tank]),
        ("check (Tank 3, Bakersfield)", [tank]),
        ("Tank 3, Bakersfield", [tank]),
        ("check Harbour, East", ["harbour, east"]),
        ('"Tank 3, Bakersfield","Pump 7, Monterrey"', [tank, pump]),
        ("Tank 3, Bakersfield, pump-17, gone-1, truck-42", [tank, "pump-17", "gone-1", "truck-42"]),
        ("Tank 3, Pump 7, Monterrey", ["tank 3", pump]),
        ("Bü\u0308ro 5, Zürich; BÜRO 5, ZÜRICH", ["büro 5, zürich"]),
    ):
        assert found == (await named(spotter, text))[0], text
        if "check" not in text and "\n" in text:
            assert found == (await named(spotter, text, asked=False))[0], text


async def test_a_list_stays_a_list(spotter):
    """A comma between plain names parts them; half of a name is no SIM, nor is a longer one."""
    for text, found in (
        ("Tank 3, Lift 3, Sensor 21", ["tank 3", "lift 3", "sensor 21"]),
        ("we were in Bakersfield, Monterrey and Oakland", []),
        ("the 3 of us, Bakersfield staff, looked at a tank", []),
        ("Pump 7\n, Monterrey is fine", []),
        ("Pump 7 Monterrey is fine here", []),
        ("Pump 7, Monterrey-2 is fine", []),
        ("the super-Pump 7, Monterrey is fine", []),
        ("Well 4 (the spare) is fine", []),
        ("well 4 spare parts were ordered", []),
        ("the old Well 5 is dry, they say", []),
        ("a mill, unit 4, was sold", []),
    ):
        assert (found, ()) == await named(spotter, text, asked=False), text


async def test_a_name_of_two_sims_is_told(spotter):
    """It is looked up as it is, and the answer asks which is meant."""
    spotted = await spotter.spot("Sensor 21 and Van 6, shared are down")

    assert ("Sensor 21", "Van 6, shared") == spotted.texts


async def test_many_such_names_are_all_found(api, directory, resolver):
    """However many begin alike."""
    names = [f"Tank {number}, Bakersfield" for number in range(150)]
    for number, name in enumerate(names, 1000):
        api.add(a_row(number, friendly_name=name))
    await directory.refresh()

    spotted = await SimSpotter(directory, resolver.known_sid).read(
        [TextPart("text", " and ".join(names))]
    )

    assert [sid(number) for number in range(1000, 1150)] == [spot.sim for spot in spotted.spots]
