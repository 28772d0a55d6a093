"""The commands of `tenantry`, a file each."""
