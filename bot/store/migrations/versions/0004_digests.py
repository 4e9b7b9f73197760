"""Subscriptions, digests, and what was seen of each SIM."""

import sqlalchemy as sa
from alembic import op

revision = "0004_digests"
down_revision = "0003_lookups"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "digest_runs",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("subscription", sa.Text, nullable=False),
        sa.Column("due", sa.Double, nullable=False),
        sa.Column("started", sa.Double, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("ended", sa.Double),
        sa.Column("sims", sa.Integer),
        sa.Column("chunks", sa.Integer),
        sa.Column("counts", sa.Text),
        sa.Column("digest", sa.Text),
        sa.Column("channel", sa.Text),
        sa.Column("ts", sa.Text),
        sa.Column("why", sa.Text),
        sa.Column("has_rows", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digest_runs"),
        sa.UniqueConstraint("subscription", "due", name="uq_digest_runs_subscription_due"),
    )
    op.create_table(
        "scan_chunks",
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("sims", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("run", "number", name="pk_scan_chunks"),
    )
    op.create_table(
        "scan_rows",
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("sid", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("gravity", sa.Integer, nullable=False),
        sa.Column("mark", sa.BigInteger, nullable=False),
        sa.Column("traffic", sa.BigInteger),
        sa.Column("lost_on", sa.Text),
        sa.Column("lost_at", sa.Double),
        sa.Column("fault", sa.Text),
        sa.Column("row", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run", "sid", name="pk_scan_rows"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sim_days",
        sa.Column("sid", sa.Text, nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("days", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sid", "month", name="pk_sim_days"),
        sqlite_with_rowid=False,
    )
