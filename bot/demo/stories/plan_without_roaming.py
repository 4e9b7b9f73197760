"""A tracker that crossed the border on a plan without data abroad."""

from datetime import datetime, timedelta

from bot.demo.stories.story import CRITICAL, WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.account import a_plan
from bot.emulators.kore.cards import TELCEL, Card, hour_of, sid
from bot.emulators.kore.http import Row

CARD = Card("tracker-13", 113, "Trailer 13")
PLAN = "us-only"


def sim(now: datetime) -> Row:
    """Return an active SIM on that plan."""
    return CARD.sim(now, rate_plan_sid=sid("WP", PLAN))


def rate_plan(now: datetime) -> Row:
    """Return a plan that allows messages abroad, but no data."""
    return a_plan(now, PLAN, friendly_name="US only", international_roaming=["messaging"])


def sessions(now: datetime) -> list[Row]:
    """Return one short try on Telcel; before it a session a day at home."""
    start = hour_of(now) - timedelta(hours=5)
    tried = CARD.session(start, start + timedelta(minutes=10), network=TELCEL, cell=2, up=3, down=0)
    day = timedelta(days=1)
    left = start - timedelta(hours=1)
    return [tried, *CARD.rhythm(left, every=day, lasting=day, shorter_by=1, cell=7)]


STORY = Story(
    name=CARD.name,
    title="A tracker in Mexico on a plan without data abroad",
    sim=sim,
    sessions=sessions,
    state=State.OFFLINE,
    findings=frozenset({("plan_blocks_data", CRITICAL), ("country_changed", WARNING)}),
    cause="plan_blocks_data",
    rate_plan=rate_plan,
)
