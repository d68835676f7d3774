"""People who use the API: their keys, their limits and their use."""
