"""The tables, one section a feature; bot/store/migrations/ makes them, and a test compares.

Times are float epoch seconds in UTC (`Seconds`); JSON stands as compact text.
"""

from sqlalchemy import Boolean, Column, Double, Index, Integer, MetaData, Table, Text, text

# named, so that a later migration can name what it changes on both databases
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMES)
Seconds = Double


def _index(name: str, *columns: str, where: str) -> Index:
    """Give an index of the rows for which `where` holds."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


# --- jobs: bot/store/jobs.py, schedules.py, buckets.py ---

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
