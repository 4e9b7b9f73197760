"""Watches, and the posts that were made once."""

import sqlalchemy as sa
from alembic import op

revision = "0002_watches"
down_revision = "0001_jobs"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "watches",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("sid", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("team", sa.Text),
        sa.Column("enterprise", sa.Text),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("thread", sa.Text),
        sa.Column("goal", sa.Text, nullable=False),
        sa.Column("started", sa.Double, nullable=False),
        sa.Column("ends", sa.Double, nullable=False),
        sa.Column("slot", sa.Text),
        sa.Column("noticed", sa.Text, nullable=False),
        sa.Column("latest", sa.Text, nullable=False),
        sa.Column("checked", sa.Double, nullable=False),
        sa.Column("turned", sa.Double),
        sa.Column("blind", sa.Double),
        sa.Column("blind_why", sa.Text),
        sa.Column("told", sa.Double),
        sa.Column("untold", sa.Integer, nullable=False),
        sa.Column("notices", sa.Integer, nullable=False),
        sa.Column("ended", sa.Double),
        sa.Column("ending", sa.Text),
        sa.Column("ended_by", sa.Text),
        sa.Column("cards", sa.Integer, nullable=False),
        sa.Column("card_channel", sa.Text),
        sa.Column("card_ts", sa.Text),
        sa.Column("edited", sa.Double),
        sa.Column("drawn", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_watches"),
        sa.UniqueConstraint("slot", name="uq_watches_slot"),
    )
    for name in ("sid", "person", "channel"):
        _index(f"ix_watches_{name}", "watches", name, where="ended IS NULL")
    op.create_index("ix_watches_ended", "watches", ["ended"])
    op.create_table(
        "posts",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("made", sa.Double, nullable=False),
        sa.Column("begun", sa.Double, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("ts", sa.Text),
        sa.PrimaryKeyConstraint("key", name="pk_posts"),
    )
    op.create_index("ix_posts_begun", "posts", ["begun"])


def _index(name: str, table: str, *columns: str, where: str) -> None:
    partly = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=partly, postgresql_where=partly)
