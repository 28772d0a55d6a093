"""The Backend API: REST under `/v1`, which clients of Clerk's Backend API call without a change.

It has no rules of its own. Each endpoint calls the operations and lists that GraphQL uses.
"""
