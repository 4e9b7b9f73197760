"""The tables, one section a feature; a new store is made from them.

bot/store/revisions.py takes older stores to the same; a test compares.

Times are float epoch seconds in UTC (`Seconds`), by the database's clock where it is `NOW`; JSON
stands as compact text.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

# named, so that a later revision can name what it changes on both databases
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMES)
Seconds = Double


class Now(FunctionElement[float]):
    """The time by the database's clock, the only one that all replicas share."""

    type = Double()
    inherit_cache = True


@compiles(Now, "sqlite")
def _now_of_sqlite(_now: Now, _compiler: object, **_: Any) -> str:  # noqa: ANN401 -- SQLAlchemy's
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(Now, "postgresql")
def _now_of_postgres(_now: Now, _compiler: object, **_: Any) -> str:  # noqa: ANN401 -- SQLAlchemy's
    return "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"


NOW = Now()


def _key(kind: type[TypeEngine[Any]], *names: str) -> list[Column[Any]]:
    return [Column(name, kind, primary_key=True) for name in names]


def _needed(kind: type[TypeEngine[Any]], *names: str) -> list[Column[Any]]:
    return [Column(name, kind, nullable=False) for name in names]


def _optional(kind: type[TypeEngine[Any]], *names: str) -> list[Column[Any]]:
    return [Column(name, kind) for name in names]


def _index(name: str, *columns: str, where: str) -> Index:
    """Return an index of the rows for which `where` holds.

    PostgreSQL hears of it in migrate.py; said here, it would load that dialect at every start.
    """
    return Index(name, *columns, sqlite_where=text(where))


# --- jobs: bot/store/jobs.py, schedules.py, rate_limit.py ---

jobs = Table(
    "jobs",
    metadata,
    *_key(Text, "key"),
    *_needed(Text, "kind", "state", "args", "memo"),
    *_needed(Integer, "attempt", "claim"),
    *_optional(Text, "owner", "parent"),
    *_needed(Seconds, "due"),
    *_optional(Seconds, "lease"),
    *_needed(Seconds, "made"),
    *_optional(Seconds, "ended"),
    *_optional(Text, "result", "error"),
    _index("ix_jobs_ready", "kind", "due", where="state = 'ready'"),
    _index("ix_jobs_lease", "lease", where="state = 'running'"),
    _index("ix_jobs_children", "parent", "ended", where="parent IS NOT NULL"),
    _index("ix_jobs_ended", "ended", where="ended IS NOT NULL"),
)

schedules = Table(
    "schedules",
    metadata,
    *_key(Text, "name"),
    *_needed(Text, "kind", "args", "cron", "zone"),
    *_needed(Seconds, "grace"),
    *_needed(Boolean, "paused"),
    *_optional(Seconds, "next_due", "skipped_since"),
    *_optional(Text, "error"),
    _index("ix_schedules_next_due", "next_due", where="next_due IS NOT NULL"),
)

buckets = Table(
    "buckets",
    metadata,
    *_key(Text, "name"),
    *_needed(Seconds, "full_at"),
)

# --- subscriptions: bot/store/schedules.py ---

subscriptions = Table(
    "subscriptions",
    metadata,
    *_key(Text, "id"),
    *_needed(Text, "team", "channel", "name", "name_key", "made_by"),
    *_needed(Seconds, "made_at"),
    *_needed(Text, "details"),
    *_optional(Text, "paused"),
    Index("uq_subscriptions_name", "team", "channel", "name_key", unique=True),
    Index("ix_subscriptions_made_by", "team", "made_by"),
)


# --- alerts and incidents: bot/store/alerts.py ---

alerts = Table(
    "alerts",
    metadata,
    *_key(Text, "id"),
    *_needed(Text, "team", "channel", "name", "name_key", "made_by"),
    *_needed(Seconds, "made_at"),
    *_needed(Text, "details"),
    *_optional(Text, "paused"),
    # what its scans have seen
    *_optional(Text, "state"),
    Index("uq_alerts_name", "team", "channel", "name_key", unique=True),
    Index("ix_alerts_made_by", "team", "made_by"),
)

incidents = Table(
    "incidents",
    metadata,
    *_key(Text, "id"),
    *_needed(Text, "alert", "team", "channel"),
    *_needed(Seconds, "opened"),
    *_optional(Seconds, "resolved"),
    *_needed(Integer, "severity"),
    *_needed(Text, "details"),
    # of the card that several incidents share; None: it has one of its own
    *_optional(Text, "summary"),
    *_needed(Integer, "cards"),
    *_optional(Text, "card_channel", "card_ts"),
    *_optional(Seconds, "edited"),
    *_optional(Text, "drawn"),
    # the last event that its thread tells
    *_needed(Integer, "told"),
    Column("account", Text, nullable=False, server_default=""),
    Index("ix_incidents_alert", "alert", "resolved"),
    Index("ix_incidents_channel", "team", "channel", "opened"),
    Index("ix_incidents_resolved", "resolved"),
    _index("ix_incidents_summary", "summary", where="summary IS NOT NULL"),
)

# --- digests: bot/store/digest_runs.py, scans.py ---

digest_runs = Table(
    "digest_runs",
    metadata,
    *_key(Integer, "id"),
    *_needed(Text, "subscription"),
    *_needed(Seconds, "due", "started"),
    *_needed(Text, "stage", "job"),
    *_optional(Seconds, "ended"),
    *_optional(Integer, "sims", "chunks"),
    *_optional(Text, "counts", "digest", "channel", "ts", "why"),
    *_needed(Boolean, "has_rows"),
    # the KORE accounts of its SIMs, by commas; "" is that of a bot which has one, unnamed account
    Column("accounts", Text, nullable=False, server_default=""),
    UniqueConstraint("subscription", "due"),
)

scan_chunks = Table(
    "scan_chunks",
    metadata,
    *_key(Integer, "run", "number"),
    *_needed(LargeBinary, "sims"),
)

# a row is found by its key alone, so SQLite keeps it there and nowhere else
scan_rows = Table(
    "scan_rows",
    metadata,
    *_key(Integer, "run"),
    *_key(Text, "sid"),
    *_needed(Text, "state"),
    *_needed(Integer, "gravity"),
    *_needed(BigInteger, "mark"),
    *_optional(BigInteger, "traffic"),
    *_optional(Text, "lost_on"),
    *_optional(Seconds, "lost_at"),
    *_optional(Text, "fault"),
    *_needed(Text, "row"),
    sqlite_with_rowid=False,
)

sim_days = Table(
    "sim_days",
    metadata,
    *_key(Text, "sid"),
    *_key(Integer, "month"),
    *_needed(LargeBinary, "days"),
    sqlite_with_rowid=False,
)

# --- watches: bot/store/watches.py, idempotency.py ---

watches = Table(
    "watches",
    metadata,
    *_key(Text, "id"),
    *_needed(Text, "sid", "name"),
    *_optional(Text, "team", "enterprise"),
    *_needed(Text, "person", "channel"),
    *_optional(Text, "thread"),
    *_needed(Text, "goal"),
    *_needed(Seconds, "started", "ends"),
    # of the place and the person while it is open: nobody watches one SIM twice in one place
    *_optional(Text, "slot"),
    *_needed(Text, "noticed", "latest"),
    *_needed(Seconds, "checked"),
    *_optional(Seconds, "turned", "blind"),
    *_optional(Text, "blind_why"),
    *_optional(Seconds, "told"),
    *_needed(Integer, "untold", "notices"),
    *_optional(Seconds, "ended"),
    *_optional(Text, "ending", "ended_by"),
    *_needed(Integer, "cards"),
    *_optional(Text, "card_channel", "card_ts"),
    *_optional(Seconds, "edited"),
    *_optional(Text, "drawn"),
    # of the card that several watches share; None: it has one of its own
    *_optional(Text, "set_id"),
    Column("account", Text, nullable=False, server_default=""),
    UniqueConstraint("slot"),
    _index("ix_watches_sid", "sid", where="ended IS NULL"),
    _index("ix_watches_person", "person", where="ended IS NULL"),
    _index("ix_watches_channel", "channel", where="ended IS NULL"),
    Index("ix_watches_ended", "ended"),
    _index("ix_watches_set", "set_id", where="set_id IS NOT NULL"),
)

# --- which account a name alone means in a channel: bot/store/channels.py ---

channel_accounts = Table(
    "channel_accounts",
    metadata,
    *_key(Text, "team", "channel"),
    *_needed(Text, "account", "set_by"),
)

# --- who takes care of which SIM: bot/store/channels.py ---

owners = Table(
    "owners",
    metadata,
    *_key(Text, "channel", "sid"),
    *_needed(Text, "person"),
    *_needed(Seconds, "since"),
    Index("ix_owners_since", "since"),
)

posts = Table(
    "posts",
    metadata,
    *_key(Text, "key"),
    *_needed(Text, "state"),
    *_needed(Integer, "tries"),
    *_needed(Seconds, "made", "begun"),
    *_needed(Text, "channel"),
    *_optional(Text, "ts", "thread"),
    Index("ix_posts_begun", "begun"),
)

# --- look-ups: bot/store/lookups.py ---

lookups = Table(
    "lookups",
    metadata,
    *_key(Text, "id"),
    *_needed(Seconds, "at"),
    *_needed(Text, "request", "team", "person", "channel"),
    *_optional(Text, "thread"),
    *_needed(Text, "entry", "outcome"),
    *_optional(Text, "sim", "name", "snapshot"),
    Column("account", Text, nullable=False, server_default=""),
    Index("ix_lookups_at", "at"),
    Index("ix_lookups_person", "person", "at"),
    Index("ix_lookups_sim", "sim", "at"),
    _index("ix_lookups_thread", "channel", "thread", where="thread IS NOT NULL"),
)

# --- what people said of verdicts: bot/store/lookups.py ---

feedback = Table(
    "feedback",
    metadata,
    *_key(Text, "id"),
    *_needed(Seconds, "at"),
    *_needed(Text, "team", "person", "sim", "rule"),
    *_needed(Boolean, "is_right"),
    *_needed(Text, "why"),
    Index("ix_feedback_rule", "rule", "at"),
)

# --- events: bot/store/idempotency.py ---

seen_events = Table(
    "seen_events",
    metadata,
    *_key(Text, "key"),
    *_needed(Seconds, "at"),
    Index("ix_seen_events_at", "at"),
)

# --- how old the news of sessions that live may be: bot/store/lookups.py ---

news_ages = Table(
    "news_ages",
    metadata,
    *_key(Text, "network", "radio"),
    *_key(Integer, "bin"),
    *_needed(Integer, "sessions"),
)

# --- channels in which alerts of other apps are answered: bot/store/channels.py ---

listening = Table(
    "listening",
    metadata,
    *_key(Text, "channel"),
    *_optional(Text, "team", "enterprise"),
    *_needed(Text, "person"),
    *_needed(Seconds, "since"),
)
