"""Names that the settings and a development server share."""

from pathlib import Path

VAR = Path("var")
# Production refuses it: its key lies in a folder.
ISSUER = "urn:tenantry:development"
