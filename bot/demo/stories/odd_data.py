"""SIMs of odd names, and devices of which KORE says little or what nobody can read."""

from datetime import datetime
from functools import partial

from bot.demo.stories.story import DAY, HOUR, MINUTE, WELL, Story, story
from bot.diagnosis.evidence import State
from bot.emulators.kore.account import Role
from bot.emulators.kore.cards import Card, hour_of, imeisv, stamp
from bot.emulators.kore.http import Row

# Its names hold what URLs and Slack take for their own.
odd_name = story(
    Card("dock 4/b", 48, "<Dock> & *4* `b` <!channel>"),
    "A healthy dock with a slash and a blank in its name",
    State.ONLINE,
    WELL,
)(partial(Card.always_on, hours=4))

NEIGHBOURS = (Card("pump-70", 70, "Pump 70, Fresno"), Card("pump-71", 71, "Pump 71, Fresno"))

# What a slip of the finger is asked back about.
near_names = story(
    Card("pump-17", 17, "Pump 17, Fresno"),
    "A healthy pump with near namesakes: try `pmp-17`",
    State.ONLINE,
    WELL,
    others=[Role(card.sim, card.always_on) for card in NEIGHBOURS],
)(partial(Card.always_on, hours=6))

TWIN = Card("fridge-b", 202, "Cold room 2")

# Whoever types the friendly name has to pick; the other was never given a unique name.
shared_friendly_name = story(
    Card("fridge-a", 201, "Cold room 2"),
    "One of two SIMs that share a friendly name: try `Cold room 2`",
    State.ONLINE,
    WELL,
    others=[Role(partial(TWIN.sim, unique_name=None), TWIN.always_on)],
)(partial(Card.always_on, hours=11))

LEGACY = Card("legacy-1", 901, "")
UNCOUNTED = {"packets_uploaded": None, "packets_downloaded": None, "sid": None}
EMPTY = dict.fromkeys(
    ("radio_link", "operator_mcc", "operator_mnc", "operator_country", "operator_name", "cell_id"),
    "",
)


def _elder_sim(now: datetime) -> Row:
    """Return a SIM in the elder shape, with `e_id`."""
    row = LEGACY.sim(now)
    del row["eid"]
    return row | {"e_id": None}


def _bare_sessions(now: datetime) -> list[Row]:
    """Return the newest session last, one of the others twice, and little of any."""
    begun = hour_of(now) - 2 * HOUR
    newest = LEGACY.session(begun, None, updated=now - 5 * MINUTE, sid=None, imei=None)
    del newest["packets_uploaded"], newest["packets_downloaded"]
    newest |= EMPTY | {"cell_location_estimate": {}}
    first, second = LEGACY.rhythm(begun, every=DAY, lasting=20 * HOUR)[:2]
    integers = {"operator_mcc": 310, "operator_mnc": 260, "imei": imeisv(LEGACY.imei)}
    nowhere = {"cell_location_estimate": {"lat": 0, "lon": 0}}
    halfway = {"end": None, "last_updated": stamp(begun - 9 * HOUR)}
    return [
        first | UNCOUNTED | halfway,
        second | integers | nowhere | UNCOUNTED,
        first | UNCOUNTED | {"imei": "0" * 15, "cell_location_estimate": None},
        newest,
    ]


empty_fields = Story(
    name=LEGACY.name,
    title="An old device of which KORE tells almost nothing",
    sim=_elder_sim,
    sessions=_bare_sessions,
    state=State.ONLINE,
    findings=frozenset(),
    conforms=False,
)


@story(
    Card("legacy-2", 902, "Legacy 2"),
    "A device whose data holds rows that nobody can read",
    State.ONLINE,
    WELL,
    sim={"status": "porting", "colour": "blue"},
    conforms=False,
)
def odd_rows(card: Card, now: datetime) -> list[Row]:
    """Return good rows, and between them one without a start and one that counts in words.

    The SIM's status is in no documentation.
    """
    newest, *before = card.always_on(now, hours=5, rat_type="4G LTE")
    exact = {"last_updated": f"{now - MINUTE:%Y-%m-%dT%H:%M:%S}.250Z"}
    lost = before[3] | {"start": None}
    worded = before[4] | {"packets_uploaded": "many"}
    return [newest | exact, lost, worded, *before[:3], *before[5:]]
