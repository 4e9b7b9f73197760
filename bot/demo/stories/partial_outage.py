"""Nine kiosks of three models on two networks: all of one model are gone since last night."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.demo.stories.story import CRITICAL, Role, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import AT_AND_T, T_MOBILE, Card, hour_of, imei, stamp
from bot.emulators.kore.http import Row

CARD, *OTHERS = [
    Card(f"stand-{number}", 1020 + number, f"Stand {number}") for number in range(1, 10)
]
MODELS = ("35316609", "86714504", "35123408")
GONE = {"stand-1": 0, "stand-4": 4, "stand-7": 9}
"""Minutes after the rollout of a firmware, by name."""


def of(card: Card) -> Callable[[datetime], list[Row]]:
    """Make the teller of one stand's sessions."""

    def sessions(now: datetime) -> list[Row]:
        """Return a session a day in a cell of its own; the newest of those that are gone silent."""
        number = int(card.name.removeprefix("stand-"))
        network = AT_AND_T if number % 2 else T_MOBILE
        device = imei(card.serial, MODELS[(number - 1) % len(MODELS)])
        rows = card.always_on(now, hours=16, network=network, cell=(number // 2) % 4, imei=device)
        if card.name in GONE:
            lost = hour_of(now) - timedelta(hours=10) + timedelta(minutes=GONE[card.name])
            rows[0] |= {"last_updated": stamp(lost)}
        return rows

    return sessions


STORY = Story(
    name=CARD.name,
    title="Three of nine stands silent: all of one model, no other",
    sim=CARD.sim,
    sessions=of(CARD),
    state=State.STALE,
    findings=frozenset({("ghost_session", CRITICAL), ("common_outage", CRITICAL)}),
    cause="common_outage",
    others=tuple(Role(card.sim, of(card)) for card in OTHERS),
    asked_with=tuple(card.name for card in OTHERS),
)
