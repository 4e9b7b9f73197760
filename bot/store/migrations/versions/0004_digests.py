"""Subscriptions, digests, and what was seen of each SIM."""

revision = "0004_digests"
down_revision = "0003_lookups"


def upgrade() -> None:
    """Make the tables."""
