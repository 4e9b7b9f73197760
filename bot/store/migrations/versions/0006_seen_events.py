"""The events of Slack that are being answered."""

import sqlalchemy as sa
from alembic import op

revision = "0006_seen_events"
down_revision = "0005_subscriptions"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "seen_events",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_seen_events"),
    )
    op.create_index("ix_seen_events_at", "seen_events", ["at"])
