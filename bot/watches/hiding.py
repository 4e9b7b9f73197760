"""Watches and notices as people see them who may not see which card and device it is."""

from dataclasses import replace

from bot.sessions.changes import Change
from bot.sessions.redaction import redacted_change, redacted_snapshot
from bot.watches.judging import news
from bot.watches.watch import Notice, Watch


def hidden_watch(watch: Watch) -> Watch:
    """Give the watch without them."""
    noticed, latest = map(redacted_snapshot, (watch.noticed, watch.latest))
    return replace(watch, name=latest.name, noticed=noticed, latest=latest)


def hidden_notice(notice: Notice) -> Notice:
    """Give the notice without them."""
    before, after = map(redacted_snapshot, (notice.before, notice.after))
    return replace(notice, before=before, after=after)


def hidden_news(notice: Notice) -> tuple[Change, ...]:
    """Give what changed without them: that the device is another, and not which."""
    return tuple(map(redacted_change, news(notice.before, notice.after)))
