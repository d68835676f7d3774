"""Alerts on prices, flows, scores, signals and the regime."""
