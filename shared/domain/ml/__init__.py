"""Models of what a token returns in the seven days to come, relative to the market: learned weekly, applied hourly."""
