"""A truck that was in Mexico and is back: three networks in a month, and nothing is wrong."""

from datetime import datetime, timedelta

from bot.demo.stories.story import INFO, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import AT_AND_T, T_MOBILE, TELCEL, Card, Network, hour_of
from bot.emulators.kore.http import Row

CARD = Card("truck-42", 42, "Freightliner 42")
SESSIONS = 212
TURN = timedelta(days=30) / SESSIONS
_IN_MEXICO, _ON_THE_COAST = range(90, 130), range(60, 90)


def _network(turn: int) -> tuple[Network, int]:
    """Return where the truck was so many sessions ago: at the depot, on the road, or abroad."""
    if turn in _IN_MEXICO:
        return TELCEL, turn % 3
    if turn in _ON_THE_COAST:
        return AT_AND_T, turn % 4
    return T_MOBILE, turn % 3 if turn < _ON_THE_COAST.start else turn % 7


def sessions(now: datetime) -> list[Row]:
    """Return a session every three hours or so, the newest open."""
    begun = hour_of(now) - timedelta(hours=3)
    rows = [CARD.session(begun, None, updated=now - timedelta(minutes=4))]
    for turn in range(1, SESSIONS):
        network, cell = _network(turn)
        start = begun - turn * TURN
        end = start + timedelta(minutes=150 + turn * 31 % 40)
        up, down = 200 + turn * 7 % 60, 240 + turn * 11 % 80
        rows.append(CARD.session(start, end, network=network, cell=cell, up=up, down=down))
    return rows


STORY = Story(
    name=CARD.name,
    title="A truck back from Mexico: three networks in a month, and well",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("healthy", INFO)}),
)
