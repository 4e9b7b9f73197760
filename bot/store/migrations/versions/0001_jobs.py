"""The queue of jobs, and the schedules that fill it."""

import sqlalchemy as sa
from alembic import op

revision = "0001_jobs"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "jobs",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("args", sa.Text, nullable=False),
        sa.Column("memo", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("claim", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("parent", sa.Text),
        sa.Column("due", sa.Double, nullable=False),
        sa.Column("lease", sa.Double),
        sa.Column("made", sa.Double, nullable=False),
        sa.Column("ended", sa.Double),
        sa.Column("result", sa.Text),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("key", name="pk_jobs"),
    )
    _index("ix_jobs_ready", "jobs", "kind", "due", where="state = 'ready'")
    _index("ix_jobs_lease", "jobs", "lease", where="state = 'running'")
    _index("ix_jobs_children", "jobs", "parent", "ended", where="parent IS NOT NULL")
    _index("ix_jobs_ended", "jobs", "ended", where="ended IS NOT NULL")
    op.create_table(
        "schedules",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("args", sa.Text, nullable=False),
        sa.Column("cron", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("grace", sa.Double, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("next_due", sa.Double),
        sa.Column("skipped_since", sa.Double),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_schedules"),
    )
    _index("ix_schedules_next_due", "schedules", "next_due", where="next_due IS NOT NULL")
    op.create_table(
        "buckets",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("full_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_buckets"),
    )


def _index(name: str, table: str, *columns: str, where: str) -> None:
    partly = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=partly, postgresql_where=partly)
