"""An executor of GraphQL that resolves each position of a document once, for all its parents.

See docs/executor.md. It knows graphql-core and Strawberry, and nothing of the product.
"""
