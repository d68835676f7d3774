"""Candles: checked, stored, built from shorter ones, and read."""
