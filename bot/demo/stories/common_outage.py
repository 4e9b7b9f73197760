"""Five wells on one cell; three of them fell silent within a quarter of an hour."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.demo.stories.story import CRITICAL, WARNING, Role, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import TELCEL, Card, hour_of, stamp
from bot.emulators.kore.http import Row

CARD, *OTHERS = [Card(f"well-{number}", 800 + number, f"Well {number}") for number in range(1, 6)]
SILENT_SINCE = {"well-1": 300, "well-2": 308, "well-3": 315}


def of(card: Card) -> Callable[[datetime], list[Row]]:
    """Make the teller of one well's sessions."""

    def sessions(now: datetime) -> list[Row]:
        """Return a session a day; the newest open, and not updated since the outage."""
        newest, *before = card.always_on(now, hours=16, network=TELCEL)
        minutes = SILENT_SINCE.get(card.name)
        if minutes is not None:
            newest |= {"last_updated": stamp(hour_of(now) - timedelta(minutes=minutes))}
        return [newest, *before]

    return sessions


STORY = Story(
    name=CARD.name,
    title="Three of five wells silent at once: a part of their cell is out",
    sim=CARD.sim,
    sessions=of(CARD),
    state=State.STALE,
    findings=frozenset({("ghost_session", WARNING), ("common_outage", CRITICAL)}),
    cause="common_outage",
    others=tuple(Role(card.sim, of(card)) for card in OTHERS),
    asked_with=tuple(card.name for card in OTHERS),
)
