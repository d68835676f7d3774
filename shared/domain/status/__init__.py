"""How the platform itself is doing: providers, refreshes and the stores underneath."""
