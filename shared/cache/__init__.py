"""The two-tier response cache, its freshness policies, and the document stores under it."""
