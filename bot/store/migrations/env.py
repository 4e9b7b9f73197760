"""What Alembic runs: the migrations, on the connection and in the transaction that it is given."""

from alembic import context

from bot.store.migrate import VERSION_TABLE
from bot.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
context.run_migrations()
