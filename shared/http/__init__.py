"""Builds a function from routers: errors, CORS, timing, request ids, cache, OpenAPI."""
