"""Evaluates alerts and tells their events."""
