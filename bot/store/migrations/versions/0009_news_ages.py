"""How old the news of sessions that live may be."""

import sqlalchemy as sa
from alembic import op

revision = "0009_news_ages"
down_revision = "0008_feedback"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "news_ages",
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("radio", sa.Text, nullable=False),
        sa.Column("bin", sa.Integer, nullable=False),
        sa.Column("sessions", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("network", "radio", "bin", name="pk_news_ages"),
    )
