"""What is said of a digest that somebody asked for: which SIMs, how often, when next."""

from datetime import datetime

from bot.blocks.speech import Speech
from bot.digests.cadence import Cadence, Every, explained
from bot.digests.dues import clock_changes
from bot.digests.selection import Selection, Which
from bot.digests.subscription import Subscription, WhenQuiet, Why

_PAUSED = {
    Why.ASKED: "paused",
    Why.ARCHIVED: "paused, because its channel is archived",
    Why.NOT_IN_CHANNEL: "paused, because I am not in its channel",
    Why.NOT_ALLOWED: "paused, because I may not post in its channel",
}
_WORDS = 300


def about(subscription: Subscription, speak: Speech) -> str:
    """Say its name, its SIMs and how often it comes."""
    name = speak.strong(speak.data(subscription.name))
    return f"{name} — {_sims(subscription.selection, speak)}, {how_often(subscription, speak)}"


def how_often(subscription: Subscription, speak: Speech) -> str:
    """Say its cadence, its zone and its quiet hours."""
    quiet = subscription.quiet_hours
    but = f", but not from {quiet.words}" if quiet else ""
    return f"{_cadence(subscription.cadence, speak)} ({speak.data(subscription.zone)}){but}"


def _sims(selection: Selection, speak: Speech) -> str:
    """Say which SIMs; what was typed stands as it can be copied."""
    if selection.which in {Which.PATTERN, Which.PLAN}:
        head = selection.words.removesuffix(selection.text)
        return f"{speak.own(head)}{speak.code(selection.text)}"
    return speak.data(selection.words)


def _cadence(cadence: Cadence, speak: Speech) -> str:
    if cadence.every is Every.CRON:
        return f"by cron {speak.code(cadence.line)}, {speak.data(explained(cadence.line), _WORDS)}"
    return speak.own(cadence.words)


def when_next(
    subscription: Subscription, now: datetime, speak: Speech, percent: int | None = None
) -> str:
    """Say when it comes next, or that it is paused; `percent` of one that is being made."""
    under_way = "" if percent is None else f"being made now: {percent} % · "
    if subscription.paused:
        return f"{under_way}{_PAUSED[subscription.paused]}"
    due = subscription.next_due(now)
    return f"{under_way}next: {speak.when(due)}" if due else f"{under_way}never comes"


def small_print(subscription: Subscription, now: datetime) -> tuple[str, ...]:
    """Say what it does when nothing changed, and what the clocks will do to it within a year."""
    quiet = {
        WhenQuiet.LINE: "When nothing changed it says so in one line.",
        WhenQuiet.SKIP: "When nothing changed it posts nothing.",
    }
    clocks = clock_changes(subscription.cadence.cron, subscription.zone, now)
    return (quiet[subscription.when_quiet], *clocks[:2])
