"""Who the caller is, their API keys and their use."""
