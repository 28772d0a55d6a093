"""What Alembic runs: the revisions, on the connection that `migrate` opened."""

from typing import Any

from alembic import context

import models.database.tables as tables

connection: Any = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=tables.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
