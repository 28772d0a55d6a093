"""What a process that is copied for each command imports: see `copied_process`.

The environment is what a command gets, because some modules read it while they are imported.
"""

import os
from importlib import import_module

from tests.support.processes.copied_process import clean_environment

environment = clean_environment()
os.environ.clear()
os.environ.update(environment)
for name in (
    "server.cli.diagnosis",
    "server.cli.runtime.development",
    "server.cli.runtime.production",
    "server.cli.runtime.worker",
):
    import_module(name)
