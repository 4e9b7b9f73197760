"""The digests that channels have asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0005_subscriptions"
down_revision = "0004_digests"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("paused", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_index(
        "uq_subscriptions_name", "subscriptions", ["team", "channel", "name_key"], unique=True
    )
    op.create_index("ix_subscriptions_made_by", "subscriptions", ["team", "made_by"])
