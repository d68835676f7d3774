"""Matches resting paper orders every minute."""
