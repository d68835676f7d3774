"""News with their sources, tokens and sentiment."""
