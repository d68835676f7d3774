"""How the platform itself is doing, what it offers, and its documentation."""
