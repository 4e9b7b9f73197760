"""A device in the lab on a plan for messages alone."""

from datetime import datetime

from bot.demo.stories.story import CRITICAL, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.account import a_plan
from bot.emulators.kore.cards import Card, sid
from bot.emulators.kore.http import Row

CARD = Card("lab-1", 701, "Lab, bench 1")
PLAN = "sms-only"


def sim(now: datetime) -> Row:
    """Return an active SIM on that plan."""
    return CARD.sim(now, rate_plan_sid=sid("WP", PLAN))


def rate_plan(now: datetime) -> Row:
    """Return a plan without data."""
    return a_plan(now, PLAN, friendly_name="SMS only", data_enabled=False)


def sessions(_now: datetime) -> list[Row]:
    """Return nothing: the plan lets no session come about."""
    return []


STORY = Story(
    name=CARD.name,
    title="A device on a plan that allows no data",
    sim=sim,
    sessions=sessions,
    state=State.NEVER_SEEN,
    findings=frozenset({("plan_blocks_data", CRITICAL), ("never_seen", CRITICAL)}),
    cause="plan_blocks_data",
    rate_plan=rate_plan,
)
