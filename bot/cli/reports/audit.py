"""Look-ups as lines: a table for people, JSON for programs."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.blocks.kit import clean
from bot.cli.terminal import aligned
from bot.store.lookups import Lookup

HEAD = ("when (UTC)", "user", "channel", "by", "name", "SIM", "outcome", "ref")


def as_json(row: Lookup) -> str:
    """Return one look-up as a JSON object; unknown is null, times are ISO 8601 in UTC."""
    shown = {
        "at": _moment(row).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "user": row.person,
        "team": row.team,
        "channel": row.channel or None,
        "thread": row.thread,
        "entry": row.entry,
        "sim": row.sim,
        "name": row.name,
        "outcome": row.outcome,
        "ref": row.request,
    }
    return json.dumps(shown)


def as_table(rows: Sequence[Lookup]) -> list[str]:
    """Return lines whose columns stand below each other, or one that says that there is nothing."""
    if not rows:
        return ["No look-up fits."]
    return aligned(HEAD, map(_cells, rows))


def _cells(row: Lookup) -> tuple[str, ...]:
    return (
        f"{_moment(row):%Y-%m-%d %H:%M:%S}",
        row.person,
        row.channel or "-",
        row.entry,
        clean(row.name) if row.name else "-",
        row.sim or "-",
        row.outcome,
        row.request,
    )


def _moment(row: Lookup) -> datetime:
    return datetime.fromtimestamp(row.at, UTC)
