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


def _index(name: str, *columns: str, where: str) -> Index:
    """Return an index of the rows for which `where` holds.

    PostgreSQL hears of it in migrate.py; said here, it would load that dialect at every start.
    """
    return Index(name, *columns, sqlite_where=text(where))


# --- jobs: bot/store/jobs.py, schedules.py, rate_limit.py ---

jobs = Table(
    "jobs",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("args", Text, nullable=False),
    Column("memo", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("claim", Integer, nullable=False),
    Column("owner", Text),
    Column("parent", Text),
    Column("due", Seconds, nullable=False),
    Column("lease", Seconds),
    Column("made", Seconds, nullable=False),
    Column("ended", Seconds),
    Column("result", Text),
    Column("error", Text),
    _index("ix_jobs_ready", "kind", "due", where="state = 'ready'"),
    _index("ix_jobs_lease", "lease", where="state = 'running'"),
    _index("ix_jobs_children", "parent", "ended", where="parent IS NOT NULL"),
    _index("ix_jobs_ended", "ended", where="ended IS NOT NULL"),
)

schedules = Table(
    "schedules",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("args", Text, nullable=False),
    Column("cron", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("grace", Seconds, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("next_due", Seconds),
    Column("skipped_since", Seconds),
    Column("error", Text),
    _index("ix_schedules_next_due", "next_due", where="next_due IS NOT NULL"),
)

buckets = Table(
    "buckets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("full_at", Seconds, nullable=False),
)

# --- subscriptions: bot/store/schedules.py ---

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Seconds, nullable=False),
    Column("details", Text, nullable=False),
    Column("paused", Text),
    Index("uq_subscriptions_name", "team", "channel", "name_key", unique=True),
    Index("ix_subscriptions_made_by", "team", "made_by"),
)


# --- alerts and incidents: bot/store/alerts.py ---

alerts = Table(
    "alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Seconds, nullable=False),
    Column("details", Text, nullable=False),
    Column("paused", Text),
    # what its scans have seen
    Column("state", Text),
    Index("uq_alerts_name", "team", "channel", "name_key", unique=True),
    Index("ix_alerts_made_by", "team", "made_by"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("alert", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("opened", Seconds, nullable=False),
    Column("resolved", Seconds),
    Column("severity", Integer, nullable=False),
    Column("details", Text, nullable=False),
    # of the card that several incidents share; None: it has one of its own
    Column("summary", Text),
    Column("cards", Integer, nullable=False),
    Column("card_channel", Text),
    Column("card_ts", Text),
    Column("edited", Seconds),
    Column("drawn", Text),
    # the last event that its thread tells
    Column("told", Integer, nullable=False),
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
    Column("id", Integer, primary_key=True),
    Column("subscription", Text, nullable=False),
    Column("due", Seconds, nullable=False),
    Column("started", Seconds, nullable=False),
    Column("stage", Text, nullable=False),
    Column("job", Text, nullable=False),
    Column("ended", Seconds),
    Column("sims", Integer),
    Column("chunks", Integer),
    Column("counts", Text),
    Column("digest", Text),
    Column("channel", Text),
    Column("ts", Text),
    Column("why", Text),
    Column("has_rows", Boolean, nullable=False),
    # the KORE accounts of its SIMs, by commas; "" is that of a bot which has one, unnamed account
    Column("accounts", Text, nullable=False, server_default=""),
    UniqueConstraint("subscription", "due"),
)

scan_chunks = Table(
    "scan_chunks",
    metadata,
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sims", LargeBinary, nullable=False),
)

# a row is found by its key alone, so SQLite keeps it there and nowhere else
scan_rows = Table(
    "scan_rows",
    metadata,
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("sid", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("gravity", Integer, nullable=False),
    Column("mark", BigInteger, nullable=False),
    Column("traffic", BigInteger),
    Column("lost_on", Text),
    Column("lost_at", Seconds),
    Column("fault", Text),
    Column("row", Text, nullable=False),
    sqlite_with_rowid=False,
)

sim_days = Table(
    "sim_days",
    metadata,
    Column("sid", Text, primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("days", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# --- watches: bot/store/watches.py, idempotency.py ---

watches = Table(
    "watches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sid", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("team", Text),
    Column("enterprise", Text),
    Column("person", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("thread", Text),
    Column("goal", Text, nullable=False),
    Column("started", Seconds, nullable=False),
    Column("ends", Seconds, nullable=False),
    # of the place and the person while it is open: nobody watches one SIM twice in one place
    Column("slot", Text),
    Column("noticed", Text, nullable=False),
    Column("latest", Text, nullable=False),
    Column("checked", Seconds, nullable=False),
    Column("turned", Seconds),
    Column("blind", Seconds),
    Column("blind_why", Text),
    Column("told", Seconds),
    Column("untold", Integer, nullable=False),
    Column("notices", Integer, nullable=False),
    Column("ended", Seconds),
    Column("ending", Text),
    Column("ended_by", Text),
    Column("cards", Integer, nullable=False),
    Column("card_channel", Text),
    Column("card_ts", Text),
    Column("edited", Seconds),
    Column("drawn", Text),
    # of the card that several watches share; None: it has one of its own
    Column("set_id", Text),
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
    Column("team", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("set_by", Text, nullable=False),
)

# --- who takes care of which SIM: bot/store/channels.py ---

owners = Table(
    "owners",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("sid", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("since", Seconds, nullable=False),
    Index("ix_owners_since", "since"),
)

posts = Table(
    "posts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("made", Seconds, nullable=False),
    Column("begun", Seconds, nullable=False),
    Column("channel", Text, nullable=False),
    Column("ts", Text),
    Column("thread", Text),
    Index("ix_posts_begun", "begun"),
)

# --- look-ups: bot/store/lookups.py ---

lookups = Table(
    "lookups",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Seconds, nullable=False),
    Column("request", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("thread", Text),
    Column("entry", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("sim", Text),
    Column("name", Text),
    Column("snapshot", Text),
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
    Column("id", Text, primary_key=True),
    Column("at", Seconds, nullable=False),
    Column("team", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("sim", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("is_right", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    Index("ix_feedback_rule", "rule", "at"),
)

# --- events: bot/store/idempotency.py ---

seen_events = Table(
    "seen_events",
    metadata,
    Column("key", Text, primary_key=True),
    Column("at", Seconds, nullable=False),
    Index("ix_seen_events_at", "at"),
)

# --- how old the news of sessions that live may be: bot/store/lookups.py ---

news_ages = Table(
    "news_ages",
    metadata,
    Column("network", Text, primary_key=True),
    Column("radio", Text, primary_key=True),
    Column("bin", Integer, primary_key=True),
    Column("sessions", Integer, nullable=False),
)

# --- channels in which alerts of other apps are answered: bot/store/channels.py ---

listening = Table(
    "listening",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("team", Text),
    Column("enterprise", Text),
    Column("person", Text, nullable=False),
    Column("since", Seconds, nullable=False),
)
