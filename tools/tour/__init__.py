"""Walks every documented operation of a running platform and says whether it answers as documented."""
