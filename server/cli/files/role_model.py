"""What `roles export` and `roles apply` do."""

from resolvers.foundation.transaction import Transaction
from resolvers.role_model.apply import apply_model, compare
from resolvers.role_model.model import load_model
from server.cli.files.model_files import ModelFile
from server.roles_file.diff import render_differences
from server.roles_file.document import read_role_file
from server.roles_file.dump import dump_model


async def _dump(tx: Transaction) -> str:
    return dump_model(await load_model(tx))


ROLES = ModelFile("roles", _dump, read_role_file, compare, render_differences, apply_model)
