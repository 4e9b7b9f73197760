"""Which KORE account an incident is of."""

import sqlalchemy as sa
from alembic import op

revision = "0014_incident_accounts"
down_revision = "0013_accounts"


def upgrade() -> None:
    """Add the column; what stands is of the one account that there was, "" until it has a name."""
    op.add_column("incidents", sa.Column("account", sa.Text, nullable=False, server_default=""))
