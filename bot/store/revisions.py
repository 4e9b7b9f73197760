"""The revisions of the schema, oldest first: what takes an older store to the tables of schema.py.

A revision is written once and stays as it is. A new one is a function at the end, and its line in
`REVISIONS`; bot/store/migrate.py carries them out, by Alembic's operations.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations

Revision = Callable[["Operations"], None]


def _needed(kind: type[Any], *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _optional(kind: type[Any], *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind) for name in names]


def _index(op: "Operations", name: str, table: str, *columns: str, where: str) -> None:
    partly = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=partly, postgresql_where=partly)


def _jobs(op: "Operations") -> None:
    """Make the queue of jobs, and the schedules that fill it."""
    op.create_table(
        "jobs",
        *_needed(sa.Text, "key", "kind", "state", "args", "memo"),
        *_needed(sa.Integer, "attempt", "claim"),
        *_optional(sa.Text, "owner", "parent"),
        *_needed(sa.Double, "due"),
        *_optional(sa.Double, "lease"),
        *_needed(sa.Double, "made"),
        *_optional(sa.Double, "ended"),
        *_optional(sa.Text, "result", "error"),
        sa.PrimaryKeyConstraint("key", name="pk_jobs"),
    )
    _index(op, "ix_jobs_ready", "jobs", "kind", "due", where="state = 'ready'")
    _index(op, "ix_jobs_lease", "jobs", "lease", where="state = 'running'")
    _index(op, "ix_jobs_children", "jobs", "parent", "ended", where="parent IS NOT NULL")
    _index(op, "ix_jobs_ended", "jobs", "ended", where="ended IS NOT NULL")
    op.create_table(
        "schedules",
        *_needed(sa.Text, "name", "kind", "args", "cron", "zone"),
        *_needed(sa.Double, "grace"),
        *_needed(sa.Boolean, "paused"),
        *_optional(sa.Double, "next_due", "skipped_since"),
        *_optional(sa.Text, "error"),
        sa.PrimaryKeyConstraint("name", name="pk_schedules"),
    )
    _index(op, "ix_schedules_next_due", "schedules", "next_due", where="next_due IS NOT NULL")
    op.create_table(
        "buckets",
        *_needed(sa.Text, "name"),
        *_needed(sa.Double, "full_at"),
        sa.PrimaryKeyConstraint("name", name="pk_buckets"),
    )


def _watches(op: "Operations") -> None:
    """Make watches, and the posts that were made once."""
    op.create_table(
        "watches",
        *_needed(sa.Text, "id", "sid", "name"),
        *_optional(sa.Text, "team", "enterprise"),
        *_needed(sa.Text, "person", "channel"),
        *_optional(sa.Text, "thread"),
        *_needed(sa.Text, "goal"),
        *_needed(sa.Double, "started", "ends"),
        *_optional(sa.Text, "slot"),
        *_needed(sa.Text, "noticed", "latest"),
        *_needed(sa.Double, "checked"),
        *_optional(sa.Double, "turned", "blind"),
        *_optional(sa.Text, "blind_why"),
        *_optional(sa.Double, "told"),
        *_needed(sa.Integer, "untold", "notices"),
        *_optional(sa.Double, "ended"),
        *_optional(sa.Text, "ending", "ended_by"),
        *_needed(sa.Integer, "cards"),
        *_optional(sa.Text, "card_channel", "card_ts"),
        *_optional(sa.Double, "edited"),
        *_optional(sa.Text, "drawn"),
        sa.PrimaryKeyConstraint("id", name="pk_watches"),
        sa.UniqueConstraint("slot", name="uq_watches_slot"),
    )
    for name in ("sid", "person", "channel"):
        _index(op, f"ix_watches_{name}", "watches", name, where="ended IS NULL")
    op.create_index("ix_watches_ended", "watches", ["ended"])
    op.create_table(
        "posts",
        *_needed(sa.Text, "key", "state"),
        *_needed(sa.Integer, "tries"),
        *_needed(sa.Double, "made", "begun"),
        *_needed(sa.Text, "channel"),
        *_optional(sa.Text, "ts"),
        sa.PrimaryKeyConstraint("key", name="pk_posts"),
    )
    op.create_index("ix_posts_begun", "posts", ["begun"])


def _lookups(op: "Operations") -> None:
    """Keep who asked for which SIM."""
    op.create_table(
        "lookups",
        *_needed(sa.Text, "id"),
        *_needed(sa.Double, "at"),
        *_needed(sa.Text, "request", "team", "person", "channel"),
        *_optional(sa.Text, "thread"),
        *_needed(sa.Text, "entry", "outcome"),
        *_optional(sa.Text, "sim", "name", "snapshot"),
        sa.PrimaryKeyConstraint("id", name="pk_lookups"),
    )
    op.create_index("ix_lookups_at", "lookups", ["at"])
    op.create_index("ix_lookups_person", "lookups", ["person", "at"])
    op.create_index("ix_lookups_sim", "lookups", ["sim", "at"])
    _index(op, "ix_lookups_thread", "lookups", "channel", "thread", where="thread IS NOT NULL")


def _digests(op: "Operations") -> None:
    """Make digests, and what was seen of each SIM."""
    op.create_table(
        "digest_runs",
        *_needed(sa.Integer, "id"),
        *_needed(sa.Text, "subscription"),
        *_needed(sa.Double, "due", "started"),
        *_needed(sa.Text, "stage", "job"),
        *_optional(sa.Double, "ended"),
        *_optional(sa.Integer, "sims", "chunks"),
        *_optional(sa.Text, "counts", "digest", "channel", "ts", "why"),
        *_needed(sa.Boolean, "has_rows"),
        sa.PrimaryKeyConstraint("id", name="pk_digest_runs"),
        sa.UniqueConstraint("subscription", "due", name="uq_digest_runs_subscription_due"),
    )
    op.create_table(
        "scan_chunks",
        *_needed(sa.Integer, "run", "number"),
        *_needed(sa.LargeBinary, "sims"),
        sa.PrimaryKeyConstraint("run", "number", name="pk_scan_chunks"),
    )
    op.create_table(
        "scan_rows",
        *_needed(sa.Integer, "run"),
        *_needed(sa.Text, "sid", "state"),
        *_needed(sa.Integer, "gravity"),
        *_needed(sa.BigInteger, "mark"),
        *_optional(sa.BigInteger, "traffic"),
        *_optional(sa.Text, "lost_on"),
        *_optional(sa.Double, "lost_at"),
        *_optional(sa.Text, "fault"),
        *_needed(sa.Text, "row"),
        sa.PrimaryKeyConstraint("run", "sid", name="pk_scan_rows"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sim_days",
        *_needed(sa.Text, "sid"),
        *_needed(sa.Integer, "month"),
        *_needed(sa.LargeBinary, "days"),
        sa.PrimaryKeyConstraint("sid", "month", name="pk_sim_days"),
        sqlite_with_rowid=False,
    )


def _subscriptions(op: "Operations") -> None:
    """Make the digests that channels have asked for."""
    op.create_table(
        "subscriptions",
        *_needed(sa.Text, "id", "team", "channel", "name", "name_key", "made_by"),
        *_needed(sa.Double, "made_at"),
        *_needed(sa.Text, "details"),
        *_optional(sa.Text, "paused"),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_index(
        "uq_subscriptions_name", "subscriptions", ["team", "channel", "name_key"], unique=True
    )
    op.create_index("ix_subscriptions_made_by", "subscriptions", ["team", "made_by"])


def _seen_events(op: "Operations") -> None:
    """Make the events of Slack that are being answered."""
    op.create_table(
        "seen_events",
        *_needed(sa.Text, "key"),
        *_needed(sa.Double, "at"),
        sa.PrimaryKeyConstraint("key", name="pk_seen_events"),
    )
    op.create_index("ix_seen_events_at", "seen_events", ["at"])


def _watch_sets(op: "Operations") -> None:
    """Let several watches have one card, and SIMs somebody who takes care of them."""
    op.add_column("watches", sa.Column("set_id", sa.Text))
    _index(op, "ix_watches_set", "watches", "set_id", where="set_id IS NOT NULL")
    op.create_table(
        "owners",
        *_needed(sa.Text, "channel", "sid", "person"),
        *_needed(sa.Double, "since"),
        sa.PrimaryKeyConstraint("channel", "sid", name="pk_owners"),
    )
    op.create_index("ix_owners_since", "owners", ["since"])


def _feedback(op: "Operations") -> None:
    """Keep what people said of verdicts."""
    op.create_table(
        "feedback",
        *_needed(sa.Text, "id"),
        *_needed(sa.Double, "at"),
        *_needed(sa.Text, "team", "person", "sim", "rule"),
        *_needed(sa.Boolean, "is_right"),
        *_needed(sa.Text, "why"),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_rule", "feedback", ["rule", "at"])


def _news_ages(op: "Operations") -> None:
    """Keep how old the news of sessions that live may be."""
    op.create_table(
        "news_ages",
        *_needed(sa.Text, "network", "radio"),
        *_needed(sa.Integer, "bin", "sessions"),
        sa.PrimaryKeyConstraint("network", "radio", "bin", name="pk_news_ages"),
    )


def _post_threads(op: "Operations") -> None:
    """Add the thread of a post; one of before is looked for in its channel."""
    op.add_column("posts", sa.Column("thread", sa.Text))


def _alerts(op: "Operations") -> None:
    """Make the alerts of channels, and their incidents."""
    op.create_table(
        "alerts",
        *_needed(sa.Text, "id", "team", "channel", "name", "name_key", "made_by"),
        *_needed(sa.Double, "made_at"),
        *_needed(sa.Text, "details"),
        *_optional(sa.Text, "paused", "state"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("uq_alerts_name", "alerts", ["team", "channel", "name_key"], unique=True)
    op.create_index("ix_alerts_made_by", "alerts", ["team", "made_by"])
    op.create_table(
        "incidents",
        *_needed(sa.Text, "id", "alert", "team", "channel"),
        *_needed(sa.Double, "opened"),
        *_optional(sa.Double, "resolved"),
        *_needed(sa.Integer, "severity"),
        *_needed(sa.Text, "details"),
        *_optional(sa.Text, "summary"),
        *_needed(sa.Integer, "cards"),
        *_optional(sa.Text, "card_channel", "card_ts"),
        *_optional(sa.Double, "edited"),
        *_optional(sa.Text, "drawn"),
        *_needed(sa.Integer, "told"),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_index("ix_incidents_alert", "incidents", ["alert", "resolved"])
    op.create_index("ix_incidents_channel", "incidents", ["team", "channel", "opened"])
    op.create_index("ix_incidents_resolved", "incidents", ["resolved"])
    _index(op, "ix_incidents_summary", "incidents", "summary", where="summary IS NOT NULL")


def _listening(op: "Operations") -> None:
    """Make the channels in which alerts of other apps are answered."""
    op.create_table(
        "listening",
        *_needed(sa.Text, "channel"),
        *_optional(sa.Text, "team", "enterprise"),
        *_needed(sa.Text, "person"),
        *_needed(sa.Double, "since"),
        sa.PrimaryKeyConstraint("channel", name="pk_listening"),
    )


def _accounts(op: "Operations") -> None:
    """Name the KORE account of a run, a watch or a look-up, and that which a channel means.

    What stands is of the one account that there was, "" until it has a name.
    """
    for table, column in (
        ("digest_runs", "accounts"),
        ("watches", "account"),
        ("lookups", "account"),
    ):
        op.add_column(table, sa.Column(column, sa.Text, nullable=False, server_default=""))
    op.create_table(
        "channel_accounts",
        sa.Column("team", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        *_needed(sa.Text, "account", "set_by"),
    )


def _incident_accounts(op: "Operations") -> None:
    """Name the KORE account of an incident; of what stands, as in the revision before."""
    op.add_column("incidents", sa.Column("account", sa.Text, nullable=False, server_default=""))


REVISIONS: Mapping[str, Revision] = {
    "0001_jobs": _jobs,
    "0002_watches": _watches,
    "0003_lookups": _lookups,
    "0004_digests": _digests,
    "0005_subscriptions": _subscriptions,
    "0006_seen_events": _seen_events,
    "0007_watch_sets": _watch_sets,
    "0008_feedback": _feedback,
    "0009_news_ages": _news_ages,
    "0010_post_threads": _post_threads,
    "0011_alerts": _alerts,
    "0012_listening": _listening,
    "0013_accounts": _accounts,
    "0014_incident_accounts": _incident_accounts,
}
"""By the name that a store at this revision bears."""
