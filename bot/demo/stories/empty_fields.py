"""An old device of which KORE hardly tells a thing: empty, null, missing, zero, and in disorder."""

from datetime import datetime, timedelta

from bot.demo.stories.story import Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of, imeisv, stamp
from bot.emulators.kore.http import Row

CARD = Card("legacy-1", 901, "")
EMPTY = dict.fromkeys(
    ("radio_link", "operator_mcc", "operator_mnc", "operator_country", "operator_name", "cell_id"),
    "",
)
UNCOUNTED = {"packets_uploaded": None, "packets_downloaded": None}


def sim(now: datetime) -> Row:
    """Return a SIM in the elder shape, with `e_id`."""
    row = CARD.sim(now)
    del row["eid"]
    return row | {"e_id": None}


def sessions(now: datetime) -> list[Row]:
    """Return the newest session last, one of the others twice, and little of any."""
    begun = hour_of(now) - timedelta(hours=2)
    newest = CARD.session(begun, None, updated=now - timedelta(minutes=5), sid=None, imei=None)
    del newest["packets_uploaded"], newest["packets_downloaded"]
    newest |= EMPTY | {"cell_location_estimate": {}}
    first, second = CARD.rhythm(begun, every=timedelta(days=1), lasting=timedelta(hours=20))[:2]
    integers = {"operator_mcc": 310, "operator_mnc": 260, "imei": imeisv(CARD.imei)}
    nowhere = {"cell_location_estimate": {"lat": 0, "lon": 0}}
    halfway = {"end": None, "last_updated": stamp(begun - timedelta(hours=9))}
    return [
        first | UNCOUNTED | halfway | {"sid": None},
        second | integers | nowhere | UNCOUNTED | {"sid": None},
        first | UNCOUNTED | {"sid": None, "imei": "0" * 15, "cell_location_estimate": None},
        newest,
    ]


STORY = Story(
    name=CARD.name,
    title="An old device of which KORE tells almost nothing",
    sim=sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset(),
    conforms=False,
)
