"""The channels in which alerts of other apps are answered."""

import sqlalchemy as sa
from alembic import op

revision = "0012_listening"
down_revision = "0011_alerts"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "listening",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("team", sa.Text),
        sa.Column("enterprise", sa.Text),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("since", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_listening"),
    )
