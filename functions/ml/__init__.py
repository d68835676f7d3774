"""Models with their records, what they predict, and predictions for vectors of a caller."""
