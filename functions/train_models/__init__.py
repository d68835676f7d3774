"""Learns models of returns relative to the market, weekly, and lets one serve only if it is better."""
