"""What a process that is copied for each command imports: see `copied_process`.

The environment is what a command gets, because some modules read it while they are imported.
"""

# ruff: noqa: E402

import os

from tests.support.copied_process import clean_environment

environment = clean_environment()
os.environ.clear()
os.environ.update(environment)

import server.cli.diagnosis
import server.cli.serving
import server.development.demo_company

__all__ = ["server"]
