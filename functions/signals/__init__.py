"""Data points, what they say together, and how often that was right."""
