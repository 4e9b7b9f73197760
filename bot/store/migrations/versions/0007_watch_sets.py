"""Several watches on one card, and who takes care of which SIM."""

import sqlalchemy as sa
from alembic import op

revision = "0007_watch_sets"
down_revision = "0006_seen_events"


def upgrade() -> None:
    """Add the column, and make the table."""
    op.add_column("watches", sa.Column("set_id", sa.Text))
    only = sa.text("set_id IS NOT NULL")
    op.create_index(
        "ix_watches_set", "watches", ["set_id"], sqlite_where=only, postgresql_where=only
    )
    op.create_table(
        "owners",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("sid", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("since", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("channel", "sid", name="pk_owners"),
    )
    op.create_index("ix_owners_since", "owners", ["since"])
