"""The documentation site: `make docs`, `make docs-serve`, and `make screenshots`.

`docs/` holds the sources, which can be read in the repository as they are. `stage` puts them into
var/docs, with the pages that are generated from the code, and zensical builds var/site from that.
"""
