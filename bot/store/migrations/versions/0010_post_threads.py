"""The thread into which a post is sent."""

import sqlalchemy as sa
from alembic import op

revision = "0010_post_threads"
down_revision = "0009_news_ages"


def upgrade() -> None:
    """Add the column; a post of before is looked for in its channel."""
    op.add_column("posts", sa.Column("thread", sa.Text))
