"""Names that the settings and a development server share."""

from pathlib import Path

# The folder of the database and of a development server's files.
VAR = Path("var")
# The issuer of development tokens. Production rejects it: its key is a file in a folder.
ISSUER = "urn:tenantry:development"
