"""Refreshes candles: the open and just closed minutes of the largest tokens, hours and days of all."""
