"""What a transaction costs right now."""
