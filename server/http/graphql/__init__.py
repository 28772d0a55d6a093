"""The GraphQL endpoint, over HTTP, as server-sent events, and over WebSocket."""
