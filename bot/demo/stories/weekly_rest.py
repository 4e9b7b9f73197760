"""A kiosk that is closed two days a week: 40 hours of silence are no alarm."""

from datetime import datetime, timedelta

from bot.demo.stories.story import Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("kiosk-12", 512, "Kiosk 12, Fresno")
WEEKS, WORKDAYS, SHIFTS = 4, 5, 3


def sessions(now: datetime) -> list[Row]:
    """Return three sessions a day on five days a week, the last of them 40 hours ago."""
    last = hour_of(now) - timedelta(hours=40)
    rows = []
    for week in range(WEEKS):
        for day in range(WORKDAYS):
            for shift in range(SHIFTS):
                end = last - timedelta(days=7 * week + day, hours=4 * shift)
                start = end - timedelta(minutes=30 + (day + shift) % 5)
                rows.append(CARD.session(start, end))
    return rows


STORY = Story(
    name=CARD.name,
    title="A kiosk that rests two days a week",
    sim=CARD.sim,
    sessions=sessions,
    state=State.OFFLINE,
    findings=frozenset(),
)
