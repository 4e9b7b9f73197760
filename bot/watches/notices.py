"""A notice as the arguments of the job that tells it, and back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.sessions.snapshot import Snapshot
from bot.watches.watch import Notice, NoticeKind


def to_args(notice: Notice, watch_id: str) -> dict[str, Any]:
    """Give the arguments."""
    return {
        "watch": watch_id,
        "kind": notice.kind.value,
        "number": notice.number,
        "before": notice.before.to_json(),
        "after": notice.after.to_json(),
        "at": notice.at.timestamp(),
        "untold": notice.untold,
        "why": notice.why,
    }


def from_args(args: Mapping[str, Any]) -> Notice:
    """Give the notice. Raises ValueError or KeyError for what no version ever wrote."""
    return Notice(
        kind=NoticeKind(args["kind"]),
        number=args["number"],
        before=Snapshot.from_json(args["before"]),
        after=Snapshot.from_json(args["after"]),
        at=datetime.fromtimestamp(args["at"], UTC),
        untold=args.get("untold", 0),
        why=args.get("why"),
    )
