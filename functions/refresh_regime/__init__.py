"""Judges the market's regime every hour, which after a day's close means anew."""
