"""Watches, and the posts that were made once."""

revision = "0002_watches"
down_revision = "0001_jobs"


def upgrade() -> None:
    """Make the tables."""
