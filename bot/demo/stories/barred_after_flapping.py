"""A pump that fell back to 3G, reconnected every few minutes, and was let in no more."""

from datetime import datetime, timedelta

from bot.demo.stories.story import CRITICAL, WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import TELCEL, Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("pump-7", 7, "Pump 7, Monterrey")
TRIES = 9


def sessions(now: datetime) -> list[Row]:
    """Return nine starts within an hour until 15 h ago; before them two sessions a day."""
    last = hour_of(now) - timedelta(hours=15)
    rows = []
    for turn in range(TRIES):
        start = last - timedelta(minutes=4) - turn * timedelta(minutes=7, seconds=30)
        end = start + timedelta(minutes=4)
        row = CARD.session(start, end, network=TELCEL, up=0, down=0, radio_link="3G")
        rows.append(row)
    before = last - timedelta(hours=12)
    usual = CARD.rhythm(
        before, every=timedelta(hours=11), lasting=timedelta(minutes=90), network=TELCEL
    )
    first_fallback = CARD.session(
        last - timedelta(hours=4), last - timedelta(hours=3), network=TELCEL, radio_link="3G"
    )
    return [*rows, first_fallback, *usual[:61]]


STORY = Story(
    name=CARD.name,
    title="A pump barred by the network after an hour of reconnecting",
    sim=CARD.sim,
    sessions=sessions,
    state=State.OFFLINE,
    findings=frozenset(
        {
            ("flapping", CRITICAL),
            ("barred_after_flapping", CRITICAL),
            ("attach_without_data", WARNING),
            ("radio_fallback", WARNING),
        }
    ),
    cause="barred_after_flapping",
)
