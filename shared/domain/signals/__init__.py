"""What the data points of a token say together, and how often that was right."""
