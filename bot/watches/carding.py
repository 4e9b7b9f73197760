"""When a card is drawn anew: soon after something on it is different, else on a slow rhythm. Pure.

Slack lets an app change some 50 messages a minute, over all channels together, so the age of what
a card shows is brought up to date the more seldom, the more cards there are.
"""

from datetime import datetime, timedelta

from bot.watches.watch import Watch

APART = timedelta(seconds=45)
SLOW = timedelta(minutes=5)
PER_CARD = timedelta(seconds=2.5)


def face(watch: Watch) -> str:
    """Name what a card shows, but for ages and counters."""
    latest = watch.latest
    parts = (
        watch.goal,
        f"{watch.ends.timestamp():.0f}",
        latest.state,
        latest.operator or "",
        latest.radio or "",
        "blind" if watch.blind else "",
        watch.ending or "",
    )
    return "|".join(parts)


def redraw_in(watch: Watch, now: datetime, cards: int) -> timedelta | None:
    """Give the time until the card is to be drawn anew; None where it is good as it is.

    `cards` is how many there are in all. A card that does not stand yet is due.
    """
    if watch.card is None:
        return timedelta(0)
    soonest = max(timedelta(0), watch.card.edited + APART - now)
    if face(watch) != watch.card.drawn:
        return soonest
    is_old = now - watch.card.edited >= max(SLOW, cards * PER_CARD)
    is_news = watch.ended is None and watch.blind is None and watch.checked > watch.card.edited
    return soonest if is_old and is_news else None
