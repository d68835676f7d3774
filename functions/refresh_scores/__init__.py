"""Scores all tokens every half hour."""
