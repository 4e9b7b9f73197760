"""Alerts of channels, and their incidents."""

import sqlalchemy as sa
from alembic import op

revision = "0011_alerts"
down_revision = "0010_post_threads"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alerts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("paused", sa.Text),
        sa.Column("state", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("uq_alerts_name", "alerts", ["team", "channel", "name_key"], unique=True)
    op.create_index("ix_alerts_made_by", "alerts", ["team", "made_by"])
    op.create_table(
        "incidents",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("alert", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("opened", sa.Double, nullable=False),
        sa.Column("resolved", sa.Double),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("summary", sa.Text),
        sa.Column("cards", sa.Integer, nullable=False),
        sa.Column("card_channel", sa.Text),
        sa.Column("card_ts", sa.Text),
        sa.Column("edited", sa.Double),
        sa.Column("drawn", sa.Text),
        sa.Column("told", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_index("ix_incidents_alert", "incidents", ["alert", "resolved"])
    op.create_index("ix_incidents_channel", "incidents", ["team", "channel", "opened"])
    op.create_index("ix_incidents_resolved", "incidents", ["resolved"])
    shared = sa.text("summary IS NOT NULL")
    op.create_index(
        "ix_incidents_summary",
        "incidents",
        ["summary"],
        sqlite_where=shared,
        postgresql_where=shared,
    )
