"""Who asked for which SIM."""

import sqlalchemy as sa
from alembic import op

revision = "0003_lookups"
down_revision = "0002_watches"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "lookups",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("thread", sa.Text),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("sim", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("snapshot", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_lookups"),
    )
    op.create_index("ix_lookups_at", "lookups", ["at"])
    op.create_index("ix_lookups_person", "lookups", ["person", "at"])
    op.create_index("ix_lookups_sim", "lookups", ["sim", "at"])
    op.create_index(
        "ix_lookups_thread",
        "lookups",
        ["channel", "thread"],
        sqlite_where=sa.text("thread IS NOT NULL"),
        postgresql_where=sa.text("thread IS NOT NULL"),
    )
