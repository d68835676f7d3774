"""The catalogue of tokens, their contracts, and what a text may mean."""
