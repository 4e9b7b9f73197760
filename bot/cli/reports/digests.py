"""Digests as lines: a table of them, JSON for programs, and one as text for people."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bot.app.digest_once import ListedDigest
from bot.blocks.digest_list import how_often, when_next
from bot.blocks.digest_text import (
    changes_text,
    count_text,
    digest_headline,
    foot_text,
    incidents_text,
    outage_text,
    talkers_text,
    warnings,
    worst_text,
)
from bot.blocks.format import PLAIN, grouped
from bot.blocks.kit import clean
from bot.cli.terminal import aligned
from bot.digests.digest import COUNTED, Digest

HEAD = ("id", "channel", "name", "SIMs", "how often", "next")


def as_json(listed: ListedDigest, now: datetime) -> str:
    """Return one digest as a JSON object; times are ISO 8601 in UTC, unknown is null."""
    one = listed.one
    due = one.next_due(now)
    return json.dumps(
        {
            "id": one.id,
            "name": one.name,
            "team": one.team,
            "channel": one.channel,
            "made_by": one.made_by,
            "made_at": _iso(one.made_at),
            "sims": one.selection.to_json(),
            "cron": one.schedule.cron,
            "zone": one.zone,
            "quiet_hours": one.quiet_hours.to_json() if one.quiet_hours else None,
            "when_quiet": one.when_quiet.value,
            "grace_seconds": one.grace.total_seconds(),
            "paused": one.paused and one.paused.value,
            "next_due": due and _iso(due),
            "percent": listed.percent,
        }
    )


def as_table(every: Sequence[ListedDigest], now: datetime) -> list[str]:
    """Return lines whose columns stand below each other, or one that says that there is nothing."""
    if not every:
        return ["There are no digests. `/simsessions digest add` in Slack makes one."]
    return aligned(HEAD, (_cells(listed, now) for listed in every))


def as_text(digest: Digest) -> Iterator[str]:
    """Return the lines of a digest, in the words that Slack shows too."""
    yield digest_headline(digest, PLAIN)
    yield from warnings(digest, PLAIN)
    yield from (outage_text(lost, PLAIN) for lost in digest.outages)
    yield from incidents_text(digest, PLAIN)
    yield from changes_text(digest, PLAIN)
    yield ", ".join(
        f"{grouped(digest.counts[state])} {count_text(state)}"
        for state in COUNTED
        if digest.counts.get(state)
    )
    yield from (worst_text(sim, digest, PLAIN) for sim in digest.worst.first)
    if digest.talkers:
        yield talkers_text(digest.talkers, PLAIN)
    yield foot_text(digest, PLAIN)


def _cells(listed: ListedDigest, now: datetime) -> tuple[str, ...]:
    one = listed.one
    return (
        one.id,
        one.channel,
        clean(one.name),
        clean(one.selection.words),
        how_often(one, PLAIN),
        when_next(one, now, PLAIN, listed.percent),
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
