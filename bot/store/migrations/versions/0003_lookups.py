"""Who asked for which SIM."""

revision = "0003_lookups"
down_revision = "0002_watches"


def upgrade() -> None:
    """Make the tables."""
