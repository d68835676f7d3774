"""Refreshes the catalogue of tokens, categories and trending lists every hour."""
