"""Which KORE account a run, a watch or a look-up is of, and the one that a channel means."""

import sqlalchemy as sa
from alembic import op

revision = "0013_accounts"
down_revision = "0012_listening"


def upgrade() -> None:
    """Add the columns; what stands is of the one account that there was, "" until it has a name."""
    for table, column in (
        ("digest_runs", "accounts"),
        ("watches", "account"),
        ("lookups", "account"),
    ):
        op.add_column(table, sa.Column(column, sa.Text, nullable=False, server_default=""))
    op.create_table(
        "channel_accounts",
        sa.Column("team", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
    )
