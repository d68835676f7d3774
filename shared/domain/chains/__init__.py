"""Metrics of chains: which there are, how they are stored, and the answers made of them."""
