"""Operations, lists, and queries: a function for each, without GraphQL or HTTP."""
