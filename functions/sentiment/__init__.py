"""Fear and greed, now and before, and the sentiment of single tokens."""
