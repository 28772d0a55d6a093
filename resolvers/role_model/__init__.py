"""The role model: permissions, roles and role sets, and moving members between roles."""
