"""Upstream providers of facts: one contract, adapters, and what keeps a failing one from being an outage."""
